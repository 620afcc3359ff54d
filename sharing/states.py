"""Status → what may follow. Pure data: the transitions ask it, the tests walk it, the architecture page draws it."""

from sharing.errors import IllegalTransition

REQUEST: dict[str, frozenset[str]] = {
    "open": frozenset({"matched", "unfilled", "cancelled"}),
    "matched": frozenset({"fulfilled", "open", "unfilled", "cancelled"}),
    "fulfilled": frozenset(),
    "unfilled": frozenset(),
    "cancelled": frozenset(),
}

ASK: dict[str, frozenset[str]] = {
    "asked": frozenset({"accepted", "declined", "lapsed", "withdrawn"}),
    "accepted": frozenset(),
    "declined": frozenset(),
    "lapsed": frozenset(),
    "withdrawn": frozenset(),
}

LENDING: dict[str, frozenset[str]] = {
    "agreed": frozenset({"handed_over", "cancelled", "no_show", "disputed"}),
    "handed_over": frozenset({"on_loan", "transferring", "completed", "disputed"}),
    "on_loan": frozenset({"returning", "disputed"}),
    "returning": frozenset({"completed", "needs_librarian", "disputed"}),
    "transferring": frozenset({"completed", "needs_librarian", "disputed"}),
    "needs_librarian": frozenset({"completed", "settled", "disputed"}),
    "disputed": frozenset({"settled"}),
    "completed": frozenset(),
    "cancelled": frozenset(),
    "no_show": frozenset(),
    "settled": frozenset(),
}

HANDOVER: dict[str, frozenset[str]] = {
    "proposed": frozenset({"agreed", "replaced", "missed"}),
    "agreed": frozenset({"deposited", "sent", "confirmed", "replaced", "missed"}),
    "deposited": frozenset({"confirmed", "missed"}),
    "sent": frozenset({"confirmed", "missed"}),
    "confirmed": frozenset(),
    "replaced": frozenset(),
    "missed": frozenset(),
}

NOTE: dict[str, frozenset[str]] = {
    "shown": frozenset({"hidden", "withdrawn"}),
    "hidden": frozenset({"shown", "withdrawn"}),
    "withdrawn": frozenset(),
}

PURCHASE: dict[str, frozenset[str]] = {
    "open": frozenset({"ordered", "declined", "lapsed"}),
    "ordered": frozenset(),
    "declined": frozenset(),
    "lapsed": frozenset(),
}


def require(table: dict[str, frozenset[str]], before: str, after: str) -> None:
    """Raises IllegalTransition unless the table allows `before` → `after`."""
    if after not in table[before]:
        raise IllegalTransition(before, after)
