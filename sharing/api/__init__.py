"""The HTTP API: what the pages do, for other programs. config/api.py puts the routers of all apps together."""

from ninja import Router


def routers() -> list[Router]:
    """Imported late: an operation needs models, and this package is named before they are loaded."""
    from sharing.api import (
        asks,
        availability,
        blocks,
        chat_photos,
        collectors,
        conversations,
        copies,
        deposit_photos,
        flags,
        groups,
        handovers,
        imports,
        isbn,
        kept,
        late_codes,
        lendings,
        library_loans,
        my_data,
        notifications,
        offers,
        pass_on,
        places,
        ratings,
        requests,
        shelves,
        title_notes,
        titles,
        tokens,
        wishes,
    )

    nouns = (tokens, library_loans, isbn, copies, imports, titles, requests, asks, lendings, handovers, late_codes)
    more = (groups, offers, pass_on, places, conversations, chat_photos, notifications, availability, wishes)
    own = (blocks, collectors, deposit_photos, kept, flags, my_data, ratings, shelves, title_notes)
    return [*(noun.router for noun in (*nouns, *more, *own)), handovers.secrets, pass_on.secrets]
