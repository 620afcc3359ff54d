"""Commands round the handover and before the ask: drop points, couriers, somebody else who collects, books kept first, blocks."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from library_bridge.models import LibraryLoan
from sharing import blocks, collecting, collectors, conversations, deposits, kept, missing_books, shipments
from sharing.models import Block, Collector, Handover, Kept
from tests.sharing.model.campus import SHELF_CODE
from tests.sharing.model.choosing import NUMBER, READER, Chooses
from tests.sharing.model.looking import Row


class Ways(Chooses):
    # left at a drop point, or sent

    @rule(number=NUMBER, act=st.sampled_from(["leave", "leave", "collect", "collect", "take back", "not there"]))
    def by_drop_point(self, number: int, act: str) -> None:
        if (found := self._on_its_way(number, "drop_point")) is None:
            return
        pk, row, handover = found
        giver, taker = self._reader(handover.giver_id), self._reader(handover.taker_id)
        said: dict[str, Any] = {"handover_id": pk, "now": self.campus.now}
        if act == "leave":
            self._goes(
                pk, row, "agreed", "deposited",
                lambda: deposits.deposit_book(actor=giver, compartment="Shelf 2", shelf_code=SHELF_CODE, **said),
            )  # fmt: skip
        elif act == "collect":
            again = row.status == "confirmed" and row.fields["deposit__collect_by"] is not None
            collect = deposits.collect_book
            self._arrives(
                pk, row, handover, "deposited", lambda: collect(actor=taker, shelf_code=SHELF_CODE, **said), again
            )
        else:
            say = {"take back": deposits.take_back, "not there": missing_books.report_missing}[act]
            self._does(lambda: say(actor=giver, **said), may_fail=True, must_fail=row.status != "missed")

    @rule(number=NUMBER, arrives=st.booleans())
    def by_courier(self, number: int, arrives: bool) -> None:
        if (found := self._on_its_way(number, "courier")) is None:
            return
        pk, row, handover = found
        giver, taker = self._reader(handover.giver_id), self._reader(handover.taker_id)
        said: dict[str, Any] = {"handover_id": pk, "now": self.campus.now}
        if arrives:
            again = row.status == "confirmed" and row.fields["shipment__reminders"] is not None
            self._arrives(pk, row, handover, "sent", lambda: shipments.confirm_arrival(actor=taker, **said), again)
        else:
            send = shipments.send_book
            self._goes(
                pk, row, "agreed", "sent", lambda: send(actor=giver, carrier="EMS", tracking_number="E1234567", **said)
            )

    def _on_its_way(self, number: int, method: str) -> tuple[int, Row, Handover] | None:
        rows = [(pk, row) for pk, row in self.model.of("handover", method=method) if row.status != "replaced"]
        if not rows:
            return None
        pk, row = rows[-1 - number % len(rows)]
        return pk, row, Handover.objects.select_related("lending").get(pk=pk)

    def _goes(self, pk: int, row: Row, before: str, after: str, act: Any) -> None:
        """By its giver; again it changes nothing."""
        ready = row.status == before and self.model.is_next(row)
        if self._does(act, must_fail=not ready and row.status != after) and ready:
            self.model.may("handover", pk, after)

    def _arrives(self, pk: int, row: Row, handover: Handover, before: str, act: Any, again: bool) -> None:
        """By its taker; of a loan the library is asked first."""
        ready = row.status == before and self.model.is_next(row)
        loan = handover.lending.library_loan_id is not None
        if self._does(act, may_fail=ready and loan, must_fail=not ready and not again) and ready:
            self.model.confirm(pk)

    # somebody else collects

    @rule(number=NUMBER, act=st.sampled_from(["name", "name", "revoke", "comes", "comes", "collects"]))
    def somebody_else(self, number: int, act: str) -> None:
        if (found := self._pick("lending", number, "agreed", "on_loan", "cancelled")) is None:
            return
        pk, row = found
        taker, giver = self._reader(row.fields["taker_id"]), self._reader(row.fields["giver_id"])
        agreed, now = row.status == "agreed", self.campus.now
        if act == "name":
            self._name(pk, row, taker)
        elif act == "revoke":
            revoke = collectors.revoke_collector
            if self._does(lambda: revoke(lending_id=pk, actor=taker, now=now), must_fail=not agreed):
                self.model.sent_for.discard(pk)
        elif (named := Collector.objects.filter(lending=pk).first()) is not None and named.used_at is None:
            status, right = ("agreed", collectors.pin_of(named)) if act == "comes" else ("deposited", "")
            link = collectors.address_of(named).rstrip("/").rsplit("/", 1)[1]
            self._fetched(pk, row, status, lambda: (
                collecting.confirm_collected(lending_id=pk, actor=giver, pin=right, now=now) if right
                else collecting.collect_left(token=link, shelf_code=SHELF_CODE, now=now)
            ))  # fmt: skip

    def _name(self, pk: int, row: Row, taker: Any) -> None:
        ways = [one for _pk, one in self.model.of("handover", lending_id=pk, direction="out")]
        parcel = any(one.fields["method"] == "courier" and one.status in ("proposed", "agreed", "sent") for one in ways)
        name = collectors.name_collector
        done = self._does(
            lambda: name(lending_id=pk, actor=taker, now=self.campus.now),
            may_fail=row.status == "agreed", must_fail=row.status != "agreed" or parcel,
        )  # fmt: skip
        if done:
            self.model.sent_for.add(pk)

    def _fetched(self, pk: int, row: Row, status: str, act: Any) -> None:
        ways = self.model.of("handover", lending_id=pk, direction="out")
        handover = next((number for number, one in ways if one.status == status), None)
        ready = row.status == "agreed" and handover is not None and pk in self.model.sent_for
        done = self._does(act, may_fail=ready and row.fields["mode"] == "transfer", must_fail=not ready)
        if done and handover is not None:
            self.model.sent_for.discard(pk)
            self.model.confirm(handover)

    # kept first

    @rule(which=NUMBER, who=READER, act=st.sampled_from(["keep", "keep", "claim", "end"]), days=st.integers(1, 20))
    def keep_first(self, which: int, who: int, act: str, days: int) -> None:
        key = self.campus.keys[which % len(self.campus.keys)]
        noun, _dash, number = key.partition("-")
        book = {"copy_id" if noun == "copy" else "library_loan_id": int(number)}
        now = self.campus.now
        if act == "claim":
            row = Kept.objects.filter(reader=None, **book).first()
            if row is not None:
                token, reader = kept.address_of(row).rstrip("/").rsplit("/", 1)[1], self.campus.readers[who]
                self._does(lambda: kept.claim(token=token, actor=reader, now=now), may_fail=True)
            return
        holder = self._reader(self._holder_of(noun, int(number)))
        if act == "end":
            self._does(lambda: kept.end_keeping(holding_key=key, actor=holder, now=now), may_fail=True)
            return
        keep, until = kept.keep_holding, self.today + timedelta(days=days)
        if self._does(lambda: keep(holding_key=key, actor=holder, last_date=until, now=now), may_fail=True):
            self.model.keep(book, holder.pk)

    def _holder_of(self, noun: str, number: int) -> int:
        if noun == "copy":
            held: int = self.model.rows["copy", number].fields["holder_id"]
            return held
        return int(LibraryLoan.objects.values_list("patron__reader", flat=True).get(pk=number))

    # blocked

    @rule(number=NUMBER, holder=st.booleans(), act=st.sampled_from(["block", "block and end", "lift", "lift"]))
    def keep_apart(self, number: int, holder: bool, act: str) -> None:
        if (found := self._pick("ask", number)) is None:
            return
        pk, row = found
        sides = row.fields["holder_id"], self.model.rows["request", row.fields["request_id"]].fields["requester_id"]
        mine, other = sides if holder else sides[::-1]
        if act == "lift":
            self._lift(mine, other)
        else:
            self._block(pk, mine, other, end=act == "block and end")

    def _lift(self, mine: int, other: int) -> None:
        block = Block.objects.filter(blocker=mine, blocked=other).first()
        assert (block is not None) == ((mine, other) in self.model.blocks)
        if block is not None:
            blocks.lift_block(block_id=block.pk, actor=self._reader(mine), now=self.campus.now)
            self.model.blocks.discard((mine, other))

    def _block(self, ask_id: int, mine: int, other: int, *, end: bool) -> None:
        talk = conversations.Conversation.objects.get(ask_id=ask_id)
        blocks.block_reader(conversation_id=talk.pk, actor=self._reader(mine), end_lending=end, now=self.campus.now)
        self.model.block(mine, other)
        lending = next(
            ((pk, row) for pk, row in self.model.of("lending", ask_id=ask_id) if row.status == "agreed"), None
        )
        if lending is None or not end:
            return
        pk, row = lending
        way = self.model.underway(pk)
        if way is None or (way.status == "deposited" and mine == row.fields["giver_id"]):
            self.model.cancel_lending(pk, mine, self.campus.now)
