"""How things stand today for Alice, Bob and Charlie, and what lies on the librarians' desk.

They keep room for more: Alice has loans and copies that nobody has asked for, Bob has one open request, Alice another.
"""

from datetime import timedelta

from library_bridge.models import EmbeddedHold, EmbeddedItem, EmbeddedPatron, Reader
from personal_catalog.models import Title
from sharing import asks, disputes, lendings, transferring
from sharing.demo import meetings, words
from sharing.demo.campus import Campus, Part, Story
from sharing.demo.cast import Cast
from sharing.demo.desk import Desk
from sharing.demo.meetings import Plan
from sharing.demo.wishes import Wishes
from sharing.models import Lending

SILENT = Plan("silent")
KEPT_FREE = "拖延心理学"  # README has a newcomer ask for it as Bob, and find the ask as Alice
OUT = (3, 9, 17, 26, 41, 52)  # days for which some books of other readers have been away
LENT_BY_ALICE = (20, 64)  # days for which two of hers have been away: one is due in some weeks, the other is late
CAME_BACK = 9  # books that came back to readers on the lists this week: enough for a list on any day


class Present:
    def __init__(self, campus: Campus, cast: Cast, desk: Desk, wishes: Wishes) -> None:
        self.campus, self.cast, self.desk, self.wishes = campus, cast, desk, wishes
        self.extras = iter(cast.others[10:])
        """Readers for the small parts, one a scene."""

    def tell(self) -> None:
        day, tell = self.campus.day, self.campus.tell
        alice, bob, charlie = self.cast.personas
        tell(self._alice_goes_to_the_library(), at=day(5, 12, 10))
        tell(self._alice_is_asked("personal_copy", "lend"), at=day(1, 15, 10))
        tell(self._alice_is_asked("library_loan", "transfer"), at=day(1, 18, 25))
        tell(self._alice_has_an_appointment(), at=day(2, 13, 5))
        tell(self._waits_for_an_answer(alice), at=day(1, 10, 20))
        for days in LENT_BY_ALICE:
            tell(self._out_since(next(self.extras), days, of=alice), at=day(days + 2, 9, 40))
        tell(self._waits_for_an_answer(bob), at=day(1, 17, 40))
        tell(self._out_since(bob, 57), at=day(59, 12, 30))
        tell(self._bob_has_a_proposal(), at=day(2, 11, 15))
        tell(self._out_since(charlie, 64), at=day(66, 16, 20))
        tell(self._on_the_way_back(), at=day(35, 10, 45))
        for days in OUT:
            tell(self._out_since(next(self.extras), days), at=day(days + 2, 10, 20))
        for place, giver in enumerate(self._givers(CAME_BACK)):
            tell(self._came_back(giver, next(self.extras), place), at=day(24 + place, 15, 50))
        tell(self._settled(90), at=day(92, 11, 20))
        tell(self._settled(64), at=day(66, 14, 5))
        tell(self._disputed(), at=day(40, 17, 5))
        tell(self._nobody_came(), at=day(23, 18, 50))
        tell(self._needs_librarian(), at=day(3, 9, 50))

    def _givers(self, number: int) -> list[Reader]:
        """Readers who are on the lists."""
        listed = [reader for reader in self.cast.others if reader.leaderboard_opt_in]
        return self.campus.random.sample(listed, number)

    # parts of scenes

    def agreed(self, taker: Reader, holding_key: str) -> Part[Lending]:
        """The request for one holding is placed, and agreed to some hours later."""
        yield from self.wishes.wish(SILENT, holding_key=holding_key, by=taker)
        ask = taker.requests.latest("pk").asks.get()
        yield self.campus.later(2, 5)
        return asks.accept_ask(ask_id=ask.pk, actor=ask.holder, now=self.campus.clock)

    def lendable(self, but: Reader, of: Reader | None = None) -> str:
        """The key of a copy to lend that nobody has asked for and that is neither a persona's nor the reader's."""
        pool, random = self.wishes.pool, self.campus.random
        of_personas = set() if of in self.cast.personas else pool.of_personas()
        for holder in [of] if of else random.sample(self.cast.others, len(self.cast.others)):
            mine = [h for h in pool.of_reader(holder) if holder != but and h.title_id not in of_personas]
            if mine:
                return str(random.choice(mine).key)
        return ""

    def _out_since(self, taker: Reader, days: int, of: Reader | None = None) -> Part[Lending]:
        """A copy that was handed over so many days ago and is still out. Starts two days before."""
        lending = yield from self.agreed(taker, self.lendable(taker, of))
        noon = self.campus.day(days, 12, 30)
        handover = yield from meetings.arrange(self.campus, lending, starts_at=noon)
        yield from meetings.confirm(self.campus, handover)
        return lending

    # scenes

    def _alice_goes_to_the_library(self) -> Story:
        taken = {loan.title for loan in self.cast.cards[self.cast.alice.pk].loans.open()}
        items = [item for item in self.desk.free_items() if item.record.title not in taken]
        for item in self.campus.random.sample(items, 2):
            self.desk.borrow(self.cast.alice, item.barcode)
        yield from ()

    def _alice_is_asked(self, kind: str, mode: str) -> Story:
        mine = self.wishes.pool.of_reader(self.cast.alice, kind=kind, mode=mode)
        kept_free = {title.pk for title in Title.objects.filter(title=KEPT_FREE)}
        able = [h for h in mine if h.title_id not in kept_free]
        lasting = [h for h in able if h.due_at is None or h.due_at > self.campus.end + timedelta(days=9)]
        yield from self.wishes.wish(SILENT, holding_key=lasting[0].key, by=next(self.extras))

    def _alice_has_an_appointment(self) -> Story:
        mine = self.wishes.pool.of_reader(self.cast.alice)
        lending = yield from self.agreed(next(self.extras), mine[-1].key)
        meetings.write(self.campus, lending, lending.taker, words.THANKS)
        yield from meetings.arrange(self.campus, lending, starts_at=self.campus.day(-1, 12, 30))

    def _waits_for_an_answer(self, reader: Reader) -> Story:
        """Two holders have been asked."""
        titles = self.wishes.pool.titles_held_by(2)
        yield from self.wishes.wish(SILENT, title_id=titles[0] if titles else 0, by=reader)

    def _came_back(self, giver: Reader, taker: Reader, place: int) -> Story:
        """Lent for some weeks, and back with its owner within the last seven days."""
        lending = yield from self._out_since(taker, 22 + place, of=giver)
        yield self.campus.day(1 + place % 6, 11, 10 + place)
        lendings.start_return(lending_id=lending.pk, actor=taker, now=self.campus.clock)
        yield from meetings.confirm(self.campus, lending.handovers.open().get())

    def _bob_has_a_proposal(self) -> Story:
        lending = yield from self.agreed(self.cast.bob, self.lendable(self.cast.bob))
        meetings.write(self.campus, lending, lending.taker, words.THANKS)
        yield self.campus.day(1, 12, 40)
        tomorrow = self.campus.day(-1, 17, 30)
        meetings.propose(self.campus, lending, lending.giver, starts_at=tomorrow)

    def _on_the_way_back(self) -> Story:
        reader = next(self.extras)
        lending = yield from self._out_since(reader, 33)
        yield self.campus.day(1, 16, 15)
        meetings.write(self.campus, lending, reader, words.COMING_BACK)
        lendings.start_return(lending_id=lending.pk, actor=reader, now=self.campus.clock)

    def _settled(self, days: int) -> Story:
        lending = yield from self._out_since(next(self.extras), days)
        yield self.campus.later(200, 400)
        yield from meetings.quarrel(self.campus, self.cast, lending)

    def _nobody_came(self) -> Story:
        reader = next(self.extras)
        lending = yield from self.agreed(reader, self.lendable(reader))
        yield from meetings.arrange(self.campus, lending)

    def _disputed(self) -> Story:
        lending = yield from self._out_since(next(self.extras), 38)
        yield self.campus.day(2, 11, 25)
        why = words.say(words.COMPLAINTS, lending.giver, self.campus.random)
        disputes.dispute_lending(lending_id=lending.pk, actor=lending.giver, reason=why, now=self.campus.clock)

    def _needs_librarian(self) -> Story:
        """Somebody places a hold in the library between the handover and the library's word."""
        giver, taker, third = next(self.extras), next(self.extras), next(self.extras)
        item = next(iter(self.desk.free_items()))
        loan = self.desk.borrow(giver, item.barcode)
        lending = yield from self.agreed(taker, f"loan-{loan.pk}")
        handover = yield from meetings.arrange(self.campus, lending, starts_at=self.campus.day(1, 12, 15))
        yield from meetings.confirm(self.campus, handover)
        self._hold(item, third)
        yield self.campus.soon(1)
        transferring.advance_transfer(lending_id=lending.pk, now=self.campus.clock)

    def _hold(self, item: EmbeddedItem, reader: Reader) -> None:
        card = EmbeddedPatron.objects.get(library=self.cast.library, card_number=self.cast.cards[reader.pk].card_number)
        EmbeddedHold.objects.create(record=item.record, patron=card, placed_at=self.campus.clock)
