"""Random commands of readers, a librarian, the clock, the scheduler and a library system that fails, the model beside."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from library_bridge.models import Reader
from personal_catalog import copies
from sharing import absences, asks, conversations, custody, disputes, handovers, lendings, offers, requests
from sharing.errors import SharingError
from sharing.models import Handover, Lending
from tests.sharing.model import campus as campuses
from tests.sharing.model import comparing
from tests.sharing.model.beside import DISPUTABLE, ENDED, MATCHED, OPEN_HANDOVER
from tests.sharing.model.campus import WHERE
from tests.sharing.model.choosing import NUMBER, READER
from tests.sharing.model.looking import Row, look
from tests.sharing.model.watching import writes
from tests.sharing.model.ways import Ways

LATEST_END = timedelta(days=120)
"""The sum of the deadlines of one request: it is open for a fortnight, and lendings may fall through on its last day."""


class Machine(Ways):
    # readers ask

    @rule(who=READER, which=NUMBER, one=st.booleans())
    def place(self, who: int, which: int, one: bool) -> None:
        reader, now = self.campus.readers[who], self.campus.now
        keys, titles = self.campus.keys, self.campus.titles
        wish = {"holding_key": keys[which % len(keys)]} if one else {"title_id": titles[which % len(titles)]}
        self._does(lambda: requests.place_request(actor=reader, now=now, **wish), may_fail=True)

    @rule(number=NUMBER, who=READER)
    def cancel_request(self, number: int, who: int) -> None:
        if (found := self._pick("request", number, "open", MATCHED, "cancelled")) is None:
            return
        pk, row = found
        reader = self.campus.readers[who]
        mine = row.fields["requester_id"] == reader.pk
        done = self._does(
            lambda: requests.cancel_request(request_id=pk, actor=reader, now=self.campus.now),
            must_fail=not mine or row.status == MATCHED,
        )
        if done and row.status == "open":
            self.model.end_request(pk, "cancelled")

    # holders answer

    @rule(number=NUMBER, yes=st.booleans())
    def answer(self, number: int, yes: bool) -> None:
        if (found := self._pick("ask", number, "asked")) is not None:
            self._answer(*found, yes)

    @rule(number=NUMBER, yes=st.booleans())
    def answer_late_or_again(self, number: int, yes: bool) -> None:
        if (found := self._pick("ask", number)) is not None:
            self._answer(*found, yes)

    def _answer(self, pk: int, row: Row, yes: bool) -> None:
        holder, now = self._reader(row.fields["holder_id"]), self.campus.now
        again = row.status == ("accepted" if yes else "declined")
        transition = asks.accept_ask if yes else asks.decline_ask
        loan = yes and row.fields["library_loan_id"] is not None
        done = self._does(
            lambda: transition(ask_id=pk, actor=holder, now=now),
            may_fail=loan, must_fail=not loan and row.status != "asked" and not again,
        )  # fmt: skip
        if done and not again:
            (self.model.accept if yes else self.model.decline)(pk)

    @rule(
        number=NUMBER, holder=st.booleans(), text=st.sampled_from(["明天图书馆门口？", "I still need it until Friday."])
    )
    def write(self, number: int, holder: bool, text: str) -> None:
        if (found := self._pick("ask", number)) is None:
            return
        pk, row = found
        request = self.model.rows["request", row.fields["request_id"]]
        author = self._reader(row.fields["holder_id"] if holder else request.fields["requester_id"])
        talk = conversations.Conversation.objects.get(ask_id=pk)
        send = conversations.send_message
        self._does(lambda: send(conversation_id=talk.pk, actor=author, text=text, now=self.campus.now), may_fail=True)

    # the two meet

    @rule(number=NUMBER, taker=st.booleans(), hours=st.integers(1, 200), way=st.sampled_from(sorted(WHERE)))
    def propose(self, number: int, taker: bool, hours: int, way: str) -> None:
        if (found := self._pick("lending", number, "agreed", "returning", "on_loan", "completed")) is None:
            return
        pk, row = found
        reader = self._reader(row.fields["taker_id" if taker else "giver_id"])
        at = self.campus.now + timedelta(hours=hours)
        propose, place = handovers.propose_handover, {"method": way, "place": WHERE[way]}
        done = self._does(
            lambda: propose(lending_id=pk, actor=reader, starts_at=at, now=self.campus.now, **place),
            may_fail=row.status in ("agreed", "returning"),
            must_fail=row.status not in ("agreed", "returning") or self.model.underway(pk) is not None,
        )  # fmt: skip
        if done:
            self.model.propose(pk, way, at)

    @rule(number=NUMBER, proposer=st.booleans())
    def agree(self, number: int, proposer: bool) -> None:
        if (found := self._pick("handover", number, "proposed", "replaced", "missed")) is None:
            return
        pk, row = found
        lending = self.model.rows["lending", row.fields["lending_id"]].fields
        sides = {lending["giver_id"], lending["taker_id"]}
        who = row.fields["proposed_by_id"] if proposer else (sides - {row.fields["proposed_by_id"]}).pop()
        done = self._does(
            lambda: handovers.agree_handover(handover_id=pk, actor=self._reader(who), now=self.campus.now),
            must_fail=proposer or row.status != "proposed",
        )
        if done:
            self.model.agree(pk)

    @rule(number=NUMBER)
    def confirm(self, number: int) -> None:
        if (found := self._pick("handover", number, *OPEN_HANDOVER)) is not None:
            self._confirm(*found, right=True)

    @rule(number=NUMBER, right=st.booleans())
    def confirm_too_late_or_wrong(self, number: int, right: bool) -> None:
        if (found := self._pick("handover", number)) is not None:
            self._confirm(*found, right=right)

    def _confirm(self, pk: int, row: Row, *, right: bool) -> None:
        handover = Handover.objects.select_related("lending__giver", "lending__taker").get(pk=pk)
        now, taker = self.campus.now, self._reader(handover.taker_id)
        pin = "000000"
        if right:
            issue = handovers.issue_code
            try:
                pin = issue(handover_id=pk, actor=self._reader(handover.giver_id), now=now).pin
            except SharingError:
                assert row.status != "agreed" or handover.wrong_tries or row.fields["method"] == "courier"
        loan = handover.lending.mode == Lending.Mode.TRANSFER
        done = self._does(
            lambda: handovers.confirm_handover(handover_id=pk, actor=taker, pin=pin, now=now),
            may_fail=row.status == "agreed" and (loan or bool(handover.wrong_tries)),
            must_fail=not right or row.status != "agreed" or row.fields["method"] == "courier",
        )  # fmt: skip
        if done:
            self.model.confirm(pk)

    @rule(number=NUMBER, taker=st.booleans())
    def step_back(self, number: int, taker: bool) -> None:
        if (found := self._pick("lending", number)) is None:
            return
        pk, row = found
        reader, way = self._reader(row.fields["taker_id" if taker else "giver_id"]), self.model.underway(pk)
        gone = row.status == "agreed" and way is not None and (taker or way.status == "sent")
        done = self._does(
            lambda: lendings.cancel_lending(lending_id=pk, actor=reader, now=self.campus.now),
            must_fail=row.status not in ("agreed", "cancelled") or gone,
        )
        if done and row.status == "agreed":
            self.model.cancel_lending(pk, reader.pk, self.campus.now)

    # the book is out, and comes back

    @rule(number=NUMBER, taker=st.booleans())
    def give_back(self, number: int, taker: bool) -> None:
        if (found := self._pick("lending", number, "on_loan", "agreed", "returning")) is None:
            return
        pk, row = found
        reader = self._reader(row.fields["taker_id" if taker else "giver_id"])
        again = taker and row.status == "returning"
        done = self._does(
            lambda: lendings.start_return(lending_id=pk, actor=reader, now=self.campus.now),
            must_fail=not (taker and row.status == "on_loan") and not again,
        )
        if done and not again:
            self.model.may("lending", pk, "returning")

    @rule(number=NUMBER)
    def extend(self, number: int) -> None:
        if (found := self._pick("lending", number, "on_loan")) is not None:
            pk, row = found
            extend, taker = lendings.extend_lending, self._reader(row.fields["taker_id"])
            self._does(lambda: extend(lending_id=pk, actor=taker, now=self.campus.now), may_fail=True)

    @rule(number=NUMBER)
    def dispute(self, number: int) -> None:
        if (found := self._pick("lending", number)) is None:
            return
        pk, row = found
        giver = self._reader(row.fields["giver_id"])
        done = self._does(
            lambda: disputes.dispute_lending(lending_id=pk, actor=giver, reason="A page is torn.", now=self.campus.now),
            must_fail=row.status not in (*DISPUTABLE, "disputed")
            and not (row.status == "agreed" and self.model.underway(pk)),
        )
        if done and row.status != "disputed":
            self.model.dispute(pk)

    @rule(number=NUMBER, outcome=st.sampled_from(["returned", "paid", "written_off"]))
    def settle(self, number: int, outcome: str) -> None:
        if (found := self._pick("lending", number, "disputed", "needs_librarian", "on_loan")) is not None:
            self._settle(*found, outcome)

    def _settle(self, pk: int, row: Row, outcome: str) -> bool:
        settle, now = disputes.settle_lending, self.campus.now
        done = self._does(
            lambda: settle(lending_id=pk, actor=self.campus.lin, outcome=outcome, reason="Looked at it.", now=now),
            may_fail=row.fields["mode"] == "transfer", must_fail=row.status == "on_loan",
        )  # fmt: skip
        if done:
            self.model.settle(pk, outcome, now)
        return done

    # shelves

    @rule(which=NUMBER, who=READER, act=st.sampled_from(["pause", "resume", "resume"]))
    def turn_copy(self, which: int, who: int, act: str) -> None:
        copy = self.campus.copies[which % len(self.campus.copies)]
        turn = {"pause": copies.pause_copy, "resume": copies.resume_copy}[act]
        reader, now = self.campus.readers[who], self.campus.now
        if self._does(lambda: turn(copy_id=copy.pk, actor=reader, now=now), may_fail=True):
            self.model.may("copy", copy.pk, {"pause": "paused", "resume": "listed"}[act])
            if act == "pause":
                self.model.let_go(copy.pk)

    @rule(which=st.integers(0, 30))
    def withdraw_copy(self, which: int) -> None:
        if which >= len(self.campus.copies):  # seldom: there are only four
            return
        copy = self.campus.copies[which]
        owner = self._reader(self.model.rows["copy", copy.pk].fields["owner_id"])
        if self._does(lambda: custody.withdraw_copy(copy_id=copy.pk, actor=owner, now=self.campus.now), may_fail=True):
            self.model.may("copy", copy.pk, "withdrawn")
            self.model.let_go(copy.pk)

    @rule(who=READER, first=st.integers(0, 5), days=st.integers(0, 12))
    def leave(self, who: int, first: int, days: int) -> None:
        begins = self.today + timedelta(days=first)
        ends, reader = begins + timedelta(days=days), self.campus.readers[who]
        absences.set_absence(actor=reader, first_date=begins, last_date=ends, now=self.campus.now)
        self.model.leave(reader.pk, begins, ends, self.today)

    @rule(which=NUMBER, word=st.sampled_from(["offer", "consent", "end consent"]))
    def say_beforehand(self, which: int, word: str) -> None:
        key = self.campus.keys[which % len(self.campus.keys)]
        conditions = {"same_area": False, "days_before_due": 7, "per_week": 2} if word == "consent" else {}
        say: Callable[..., Any] = {
            "offer": offers.offer_holding, "consent": offers.give_standing_consent, "end consent": offers.end_standing_consent,
        }[word]  # fmt: skip
        for reader in self.campus.readers:
            if self._does(
                lambda r=reader: say(holding_key=key, actor=r, now=self.campus.now, **conditions), may_fail=True
            ):
                self._own_ask_may_be_answered(key, reader)

    def _own_ask_may_be_answered(self, key: str, reader: Reader) -> None:
        """What waits already is agreed to, if it fits and the library does not mind."""
        noun, _dash, number = key.partition("-")
        fields = {"holder_id": reader.pk, "copy_id" if noun == "copy" else "library_loan_id": int(number)}
        accepted = {pk for (kind, pk), row in look().items() if kind == "ask" and row.status == "accepted"}
        for pk, row in list(self.model.of("ask", **fields)):
            if row.status == "asked" and pk in accepted:
                self.model.accept(pk)

    # clock, scheduler, library system

    @rule(minutes=st.sampled_from([5, 60, 60 * 9, 60 * 25, 60 * 50, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.campus.now += timedelta(minutes=minutes)

    @rule()
    def scheduler(self) -> None:
        self.model.sweep(self.campus.now, self.today)
        failed = [deed for deed in self.campus.sweep() if deed["did"] == "failed"]
        assert failed == []
        comparing.check_deadlines(look(), self.campus.now)

    @rule(verb=st.sampled_from(campuses.VERBS), fault=st.sampled_from(sorted(campuses.FAULTS)))
    def library_fails(self, verb: str, fault: str) -> None:
        self.campus.script.on(verb, campuses.FAULTS[fault])

    # after each

    @invariant()
    def as_the_model_says(self) -> None:
        """What was refused has written nothing, so there is nothing to compare."""
        if (count := writes()) == self.written and not self.model.expected and not self.model.places:
            return
        self.in_order = False
        seen = look()
        comparing.compare(self.model, seen, today=self.today)
        comparing.check_books(seen, self.campus.wave_size)
        self.watch.look()
        self.in_order, self.written = True, count

    # at the end

    def play_to_the_end(self) -> None:
        """Readers do nothing more: the scheduler and the librarian end every request (S2)."""
        until = self.campus.now + LATEST_END
        self.campus.script = campuses.Script()
        while ahead := self._next_deadline():
            self.campus.now = max(ahead, self.campus.now + timedelta(minutes=6))
            assert self.campus.now < until, "a request has not ended"
            self.scheduler()
            self.as_the_model_says()
            for pk, row in list(self.model.of("lending")):
                if row.status in ("disputed", "needs_librarian") and self._settle(pk, row, "returned"):
                    self.as_the_model_says()

    def _next_deadline(self) -> datetime | None:
        """Of what a request that has not ended hangs on."""
        open_ones = {pk: row for pk, row in self.model.of("request") if row.status in ("open", MATCHED)}
        hangs_on = [row.deadline for row in open_ones.values() if row.status == "open"]
        for noun, over in (("ask", "asked"), ("lending", "")):
            hangs_on += [
                self._hangs_on(noun, pk, row) for pk, row in self.model.of(noun)
                if row.fields["request_id"] in open_ones and (row.status == over or (not over and row.status not in ENDED[noun]))
            ]  # fmt: skip
        return min((at for at in hangs_on if at), default=None)

    def _hangs_on(self, noun: str, pk: int, row: Row) -> datetime | None:
        way = self.model.underway(pk) if noun == "lending" else None
        return way.deadline if way is not None else row.deadline
