"""The HTTP API: what the pages do, for other programs. config/api.py puts the routers of all apps together."""

from ninja import Router


def routers() -> list[Router]:
    """Imported late: an operation needs models, and this package is named before they are loaded."""
    from sharing.api import (
        asks,
        availability,
        conversations,
        copies,
        groups,
        handovers,
        imports,
        isbn,
        lendings,
        library_loans,
        notifications,
        offers,
        pass_on,
        places,
        requests,
        titles,
        tokens,
    )

    nouns = (tokens, library_loans, isbn, copies, imports, titles, requests, asks, lendings, handovers)
    more = (groups, offers, pass_on, places, conversations, notifications, availability)
    return [*(noun.router for noun in (*nouns, *more)), handovers.secrets, pass_on.secrets]
