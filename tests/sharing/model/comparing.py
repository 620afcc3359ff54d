"""The model and the database, side by side after each command."""

from collections import Counter
from datetime import date, datetime

from sharing import states
from sharing.models import Kept
from tests.sharing.model.beside import ENDED, UNDERWAY, Beside
from tests.sharing.model.looking import Key, Row

TABLES = {"request": states.REQUEST, "ask": states.ASK, "lending": states.LENDING, "handover": states.HANDOVER}
FIRST = {"request": "open", "ask": "asked", "lending": "agreed", "handover": "proposed"}


def compare(model: Beside, seen: dict[Key, Row], *, today: date) -> None:
    """AssertionError where they differ. What is new has to be allowed, and counts from then on."""
    for key in [key for key in seen if key not in model.rows and key[0] == "ask"]:
        _learn_ask(model, seen, key[1], today)
    for (noun, pk), row in model.rows.items():
        is_now = seen[noun, pk]
        assert is_now.status in model.now_is(noun, pk), f"{noun} {pk} is {is_now.status}, not {model.now_is(noun, pk)}"
        if noun in TABLES:
            assert _leads(TABLES[noun], row.status, is_now.status), f"{noun} {pk}: {row.status} to {is_now.status}"
        else:
            place = model.places.get(pk, (row.fields["owner_id"], row.fields["holder_id"]))
            assert (is_now.fields["owner_id"], is_now.fields["holder_id"]) == place, f"copy {pk} is not at {place}"
    for key in seen.keys() - model.rows.keys():
        if key[0] == "lending":
            _check_lending(seen, key[1])
    model.rows, model.expected, model.places = seen, {}, {}


def _leads(table: dict[str, frozenset[str]], before: str, after: str) -> bool:
    """In any number of listed transitions; a state that is over stays (S1)."""
    reached, ahead = {before}, [before]
    while ahead:
        for status in table[ahead.pop()] - reached:
            reached.add(status)
            ahead.append(status)
    return after in reached


def _learn_ask(model: Beside, seen: dict[Key, Row], pk: int, today: date) -> None:
    ask = seen["ask", pk].fields
    request = seen["request", ask["request_id"]].fields
    said = f"ask {pk}"
    assert ask["holder_id"] != request["requester_id"], f"{said}: C5"
    assert not model.is_away(ask["holder_id"], today), f"{said} goes to somebody who is away"
    assert not model.are_apart(ask["holder_id"], request["requester_id"]), f"{said} brings two together who are blocked"
    _check_kept(ask, request["requester_id"], today, said)
    earlier = [row for key, row in seen.items() if key[0] == "ask" and key[1] < pk]
    asked = [row for row in earlier if row.fields["request_id"] == ask["request_id"] and row.status != "withdrawn"]
    again = [row for row in asked if row.fields["holder_id"] == ask["holder_id"]]
    assert not again, f"{said} is put to the same holder again"
    if ask["copy_id"]:
        _check_copy(seen, ask, said)
    if seen["ask", pk].status == "accepted":
        model.rows = {**model.rows, ("ask", pk): Row("asked", None, ask)}
        model.rows.setdefault(("request", ask["request_id"]), Row("open", None, request))
        model.accept(pk)
    else:
        assert seen["ask", pk].status == "asked", f"{said} begins as {seen['ask', pk].status}"


def _check_kept(ask: dict[str, int], requester: int, today: date, said: str) -> None:
    book = {"copy": ask["copy_id"], "library_loan": ask["library_loan_id"]}
    kept = Kept.objects.filter(holder=ask["holder_id"], last_date__gte=today, **book).exclude(reader=requester)
    assert not kept.exists(), f"{said} is about a book that is kept for somebody else"


def _check_copy(seen: dict[Key, Row], ask: dict[str, int], said: str) -> None:
    copy = seen["copy", ask["copy_id"]]
    assert copy.fields["holder_id"] == ask["holder_id"], f"{said} goes to somebody who has not the copy"
    assert copy.status == "listed", f"{said} is about a copy that is {copy.status}"


def _check_lending(seen: dict[Key, Row], pk: int) -> None:
    lending = seen["lending", pk]
    assert lending.status in ("agreed", "no_show"), f"lending {pk} begins as {lending.status}"
    assert seen["ask", lending.fields["ask_id"]].status == "accepted", f"lending {pk} without consent"
    assert lending.fields["giver_id"] != lending.fields["taker_id"], f"lending {pk}: C5"


def check_books(seen: dict[Key, Row], wave_size: int) -> None:
    """C1, C2 and one ask at a time, once more without the service's own checks."""
    live = [row for key, row in seen.items() if key[0] == "lending" and row.status not in ENDED["lending"]]
    waiting = [row for key, row in seen.items() if key[0] == "ask" and row.status == "asked"]
    for rows in (live, waiting):
        books = Counter(row.fields["copy_id"] for row in rows if row.fields["copy_id"])
        assert not [book for book, count in books.items() if count > 1], f"twice: {books}"
    waves = Counter(row.fields["request_id"] for row in waiting)
    assert max(waves.values(), default=0) <= wave_size, f"too many are asked: {waves}"
    for row in live:
        copy = seen.get(("copy", row.fields["copy_id"]))
        out = row.status in ("on_loan", "returning")
        if copy is not None and (out or row.status == "agreed"):
            side = "taker_id" if out else "giver_id"
            assert copy.fields["holder_id"] == row.fields[side], "the copy is not where its lending says"


def check_deadlines(seen: dict[Key, Row], now: datetime) -> None:
    """S2, after a round of the scheduler: nothing that is not over stands past its time. While a book is underway its own time
    counts."""
    moves = {
        row.fields["lending_id"]: row.deadline
        for (noun, _pk), row in seen.items()
        if noun == "handover" and row.status in UNDERWAY
    }
    for (noun, pk), row in seen.items():
        if noun in FIRST and noun != "handover" and row.status not in ENDED[noun] and row.status != "matched":
            assert row.deadline is not None, f"{noun} {pk} has no deadline"
            moving = row.fields.get("mode") == "transfer" and row.status == "disputed"
            until = (moves.get(pk) if noun == "lending" else None) or row.deadline
            assert until > now or moving, f"{noun} {pk} is {row.status} past its deadline"
