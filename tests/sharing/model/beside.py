"""The plain-Python model: what each command and each round of the scheduler has to make of the states, without any of the
service's code. Where the library system decides, several states are right."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from tests.sharing.model.looking import Key, Row

OPEN_HANDOVER, UNDERWAY = ("proposed", "agreed"), ("deposited", "sent")
WAITS_FOR = {"agreed": "out", "returning": "back", "needs_librarian": "back"}
"""The direction of the handover that a lending waits for."""
DISPUTABLE = ("handed_over", "on_loan", "returning", "transferring", "needs_librarian")
MATCHED, MOVING = "matched", ("transferring", "needs_librarian", "disputed")
ENDED = {
    "request": ("fulfilled", "unfilled", "cancelled"),
    "ask": ("accepted", "declined", "lapsed", "withdrawn"),
    "lending": ("completed", "cancelled", "no_show", "settled"),
    "handover": ("confirmed", "replaced", "missed"),
    "copy": ("withdrawn",),
}


class Beside:
    """`rows` is the world before a command; a command's method notes what has to be different after it."""

    def __init__(self, rows: dict[Key, Row]) -> None:
        self.rows = rows
        self.away: dict[int, tuple[date, date]] = {}
        self.blocks: set[tuple[int, int]] = set()
        """Who has blocked whom."""
        self.sent_for: set[int] = set()
        """Lendings whose taker has named somebody who may still come."""
        self.expected: dict[Key, set[str]] = {}
        self.places: dict[int, tuple[int, int]] = {}
        """Owner and holder of each copy that changes hands."""

    # reading

    def status(self, noun: str, pk: int) -> str:
        return self.rows[noun, pk].status

    def of(self, noun: str, **fields: object) -> Iterator[tuple[int, Row]]:
        for (kind, pk), row in self.rows.items():
            if kind == noun and all(row.fields[name] == value for name, value in fields.items()):
                yield pk, row

    def may(self, noun: str, pk: int, *statuses: str) -> None:
        """It becomes one of these; a later word counts more."""
        self.expected[noun, pk] = set(statuses)

    def now_is(self, noun: str, pk: int) -> set[str]:
        return self.expected.get((noun, pk)) or {self.status(noun, pk)}

    def underway(self, lending_id: int) -> Row | None:
        """The handover whose book lies at a drop point or is in the post."""
        return next((row for _pk, row in self.of("handover", lending_id=lending_id) if row.status in UNDERWAY), None)

    def is_next(self, handover: Row) -> bool:
        return WAITS_FOR.get(self.status("lending", handover.fields["lending_id"])) == handover.fields["direction"]

    # what commands make of it

    def accept(self, ask_id: int) -> None:
        row = self.rows["ask", ask_id]
        self.may("ask", ask_id, "accepted")
        self._withdraw_asks(row.fields["request_id"])
        self.may("ask", ask_id, "accepted")
        self.may("request", row.fields["request_id"], MATCHED)

    def decline(self, ask_id: int) -> None:
        self.may("ask", ask_id, "declined")

    def end_request(self, request_id: int, status: str) -> None:
        self.may("request", request_id, status)
        self._withdraw_asks(request_id)

    def _withdraw_asks(self, request_id: int) -> None:
        for pk, _row in self.of("ask", request_id=request_id):
            if self.now_is("ask", pk) == {"asked"}:
                self.may("ask", pk, "withdrawn")

    def let_go(self, copy_id: int) -> None:
        for pk, row in self.of("ask", copy_id=copy_id):
            if row.status == "asked":
                self.may("ask", pk, "withdrawn")

    def cancel_lending(self, lending_id: int, reader_id: int, now: datetime) -> None:
        row = self.rows["lending", lending_id]
        self._end_lending(lending_id, "cancelled")
        if reader_id == row.fields["giver_id"]:
            self._reopen(row.fields["request_id"], now)
        else:
            self.end_request(row.fields["request_id"], "cancelled")

    def _end_lending(self, lending_id: int, status: str) -> None:
        self.may("lending", lending_id, status)
        for pk, row in self.of("handover", lending_id=lending_id):
            if self.now_is("handover", pk) & {*OPEN_HANDOVER, *UNDERWAY}:
                self.may("handover", pk, "missed")
            assert row.status in (*OPEN_HANDOVER, *UNDERWAY, *ENDED["handover"])

    def _reopen(self, request_id: int, now: datetime) -> None:
        deadline = self.rows["request", request_id].deadline
        assert deadline is not None
        self.may("request", request_id, "open" if deadline > now else "unfilled")

    def propose(self, lending_id: int, method: str, starts_at: datetime) -> None:
        """The same again changes nothing."""
        for pk, row in self.of("handover", lending_id=lending_id):
            if row.status in OPEN_HANDOVER and (row.fields["method"], row.fields["starts_at"]) != (method, starts_at):
                self.may("handover", pk, "replaced")

    def agree(self, handover_id: int) -> None:
        row = self.rows["handover", handover_id].fields
        self.may("handover", handover_id, "agreed")
        if (row["direction"], row["method"]) == ("out", "courier"):
            self.sent_for.discard(row["lending_id"])

    def confirm(self, handover_id: int) -> None:
        lending_id = self.rows["handover", handover_id].fields["lending_id"]
        lending = self.rows["lending", lending_id].fields
        self.may("handover", handover_id, "confirmed")
        if self.rows["handover", handover_id].fields["direction"] == "back":
            self._end_lending(lending_id, "completed")
            self._move(lending["copy_id"], lending["giver_id"])
        elif lending["mode"] == "transfer":
            self.may("lending", lending_id, "transferring")
        else:
            self._handed_over(lending_id)

    def _handed_over(self, lending_id: int) -> None:
        lending = self.rows["lending", lending_id].fields
        self._move(lending["copy_id"], lending["taker_id"], owner=lending["mode"] == "gift")
        self.end_request(lending["request_id"], "fulfilled")
        if lending["mode"] == "gift":
            self.may("copy", lending["copy_id"], "paused")
        if lending["mode"] == "lend":
            self.may("lending", lending_id, "on_loan")
        else:
            self._end_lending(lending_id, "completed")

    def _move(self, copy_id: int, to_reader: int, *, owner: bool = False) -> None:
        self.places[copy_id] = (to_reader if owner else self.rows["copy", copy_id].fields["owner_id"], to_reader)

    def dispute(self, lending_id: int) -> None:
        self.may("lending", lending_id, "disputed")

    def settle(self, lending_id: int, outcome: str, now: datetime) -> None:
        row = self.rows["lending", lending_id]
        self._end_lending(lending_id, "settled")
        if self.status("request", row.fields["request_id"]) == MATCHED:
            self._reopen(row.fields["request_id"], now)
        if row.fields["copy_id"] and outcome == "returned":
            self._move(row.fields["copy_id"], row.fields["giver_id"])
        elif row.fields["copy_id"]:
            self._move(row.fields["copy_id"], self.rows["copy", row.fields["copy_id"]].fields["owner_id"])
            self.may("copy", row.fields["copy_id"], "withdrawn")

    def keep(self, book: dict[str, int], holder_id: int) -> None:
        """For nobody in particular yet, so not for those who ask."""
        for pk, row in self.of("ask", holder_id=holder_id, **book):
            if row.status == "asked":
                self.may("ask", pk, "withdrawn")

    def block(self, blocker: int, blocked: int) -> None:
        self.blocks.add((blocker, blocked))
        for pk, row in self.of("ask"):
            requester = self.rows["request", row.fields["request_id"]].fields["requester_id"]
            if row.status == "asked" and {row.fields["holder_id"], requester} == {blocker, blocked}:
                self.may("ask", pk, "withdrawn")

    def are_apart(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & self.blocks)

    def leave(self, reader_id: int, first: date, last: date, today: date) -> None:
        self.away[reader_id] = (first, last)
        self._let_go(today, {reader_id})  # of the others the sweep

    def is_away(self, reader_id: int, today: date) -> bool:
        first, last = self.away.get(reader_id, (date.max, date.min))
        return first <= today <= last

    def _let_go(self, today: date, readers: Collection[int]) -> None:
        """What the absent among these readers have been asked."""
        for pk, row in self.of("ask"):
            holder = row.fields["holder_id"]
            if row.status == "asked" and holder in readers and self.is_away(holder, today):
                self.may("ask", pk, "withdrawn")

    # the scheduler

    def sweep(self, now: datetime, today: date) -> None:
        self._let_go(today, self.away)
        for pk, row in self.of("ask"):
            if self.now_is("ask", pk) != {"asked"}:
                continue
            assert row.deadline is not None
            late = {"lapsed"} if row.deadline <= now else {"asked"}
            gone = (
                {"withdrawn"} if row.fields["library_loan_id"] else set()
            )  # the loan may have come back to the library
            self.may("ask", pk, *late, *gone)
        for pk, row in self.of("request"):
            if row.status == "open" and row.deadline and row.deadline <= now:
                self.end_request(pk, "unfilled")
        for pk, row in self.of("lending"):
            self._sweep_lending(pk, row, now)
        for pk, row in self.of("handover"):
            if row.status in UNDERWAY and row.deadline is not None and row.deadline <= now:
                self._sweep_underway(pk, row, now)

    def _sweep_lending(self, pk: int, row: Row, now: datetime) -> None:
        request_id = row.fields["request_id"]
        passed = row.deadline is not None and row.deadline <= now
        if row.status == "agreed" and passed and not self.underway(pk):
            self._end_lending(pk, "no_show")
            self._reopen(request_id, now)
        elif row.status == "returning" and passed and row.fields["reminders"] >= 3:
            self.may("lending", pk, "needs_librarian")
        elif row.fields["mode"] == "transfer" and row.status in MOVING:
            kept = {"needs_librarian"} if row.status == "transferring" else set()
            self.may("lending", pk, row.status, *kept, *({"completed"} - {row.status}))
            if self.status("request", request_id) == MATCHED:
                self.may("request", request_id, MATCHED, "fulfilled")

    def _sweep_underway(self, pk: int, row: Row, now: datetime) -> None:
        """Told of first; then what nobody collects goes back, and a parcel is taken to have arrived, or is a librarian's matter."""
        lending_id = row.fields["lending_id"]
        lending = self.rows["lending", lending_id]
        if lending.status == "disputed":
            return
        if row.status == "deposited":
            if row.fields["deposit__collect_by"] <= now and row.fields["direction"] == "out":
                self._end_lending(lending_id, "no_show")
                self._reopen(lending.fields["request_id"], now)
        elif row.fields["shipment__reminders"] and lending.fields["mode"] == "transfer":
            self.may("lending", lending_id, "disputed")
        elif row.fields["shipment__reminders"]:
            self.confirm(pk)
