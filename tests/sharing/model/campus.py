"""Four readers with cards, a librarian, copies of three titles and a library loan, in front of a library system that may
drop, refuse and forget."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock

from library_bridge import due as of_the_bridge
from library_bridge import loans, registry
from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import asks, deposits, due, handovers, harvest, jobs, policies, requests, shipments
from sharing.models import DropPoint, MeetingPlace
from tests import factories
from tests.library_bridge import doubles
from tests.library_bridge import factories as library
from tests.library_bridge.doubles import Script, ScriptedSystem

FAULTS = {
    "drops_first": doubles.drops_first,
    "drops_answer": doubles.drops_answer,
    "never_sent": doubles.never_sent,
    "garbled": doubles.garbled,
    "refused": doubles.refuses("card_blocked"),
    "refused_but_done": doubles.refuses_but_does("other"),
}
HOUSE, SHELF_CODE = "Book house", "ABC234"
WHERE = {"in_person": "West gate", "drop_point": HOUSE, "courier": "North gate"}
BESIDE = ("sharing.due._beside", "library_bridge.forgetting.act")
VERBS = ("item", "loans", "patron", "check_in", "check_out")


@dataclass
class Campus:
    now: datetime
    readers: list[Reader]
    lin: Reader
    copies: list[Copy]
    loan: LibraryLoan
    wave_size: int
    script: Script = field(default_factory=Script)

    def sweep(self) -> list[dict[str, object]]:
        """The scheduler's round, without catalogue and points."""
        return [*of_the_bridge.act(now=self.now), *due.act(now=self.now)]

    @property
    def titles(self) -> list[int]:
        return sorted({copy.title_id for copy in self.copies} | {self.loan.catalogued.title_id})

    @property
    def keys(self) -> list[str]:
        return [f"copy-{copy.pk}" for copy in self.copies] + [f"loan-{self.loan.pk}"]


def build(now: datetime) -> Campus:
    """Two copies of one title, so that a wave has two; one that drifts, one that is given away, one loan."""
    plum = factories.area()
    at = library.campus()
    readers = [patron.reader for patron in (at.alice, at.bob, at.charlie)]
    readers.append(library.patron(at.library, at.category, "Dora").reader)
    for reader in readers[:3]:
        reader.area = plum
        reader.save()
    alice, bob, charlie, dora = readers
    lin = factories.reader("Lin", is_staff=True, is_superuser=True)
    sought, wandering, given = factories.title("运筹学"), factories.title("围城"), factories.title("活着")
    copies = [
        factories.copy(alice, sought, now=now),
        factories.copy(bob, sought, now=now),
        factories.copy(charlie, wandering, now=now, mode="drift"),
        factories.copy(dora, given, now=now, mode="gift"),
    ]
    library.charged(at, at.alice, now=now, due_at=now + timedelta(days=40))
    DropPoint.objects.create(place=MeetingPlace.objects.create(name_zh="书屋", name_en=HOUSE), shelf_code=SHELF_CODE)
    charged = loans.refresh_loans(patron=at.alice, now=now)
    harvest.catalogue_loans(charged, now=now)
    loan = LibraryLoan.objects.select_related("catalogued").get()
    return Campus(now, readers, lin, copies, loan, policies.current().wave_size)


def send_books_on_their_way(campus: Campus) -> None:
    """A head start, which random commands seldom get to by themselves: to a drop point and by courier, two agreed, one left, one
    sent. The requests are old, so that they end with their lendings and cost no further rounds."""
    alice, bob, charlie, dora = campus.readers
    _agreed(campus, charlie, dora, "drop_point")
    _agreed(campus, bob, alice, "courier")
    said = {"actor": dora, "compartment": "Shelf 1", "shelf_code": SHELF_CODE, "now": campus.now}
    deposits.deposit_book(handover_id=_agreed(campus, dora, bob, "drop_point"), **said)  # type: ignore[arg-type]
    parcel = _agreed(campus, alice, charlie, "courier")
    shipments.send_book(handover_id=parcel, actor=alice, carrier="EMS", tracking_number="E1234567", now=campus.now)


def _agreed(campus: Campus, giver: Reader, taker: Reader, way: str) -> int:
    now = campus.now
    copy = factories.copy(giver, factories.title(f"{way} {giver.pk}"), now=now)
    request = requests.place_request(actor=taker, holding_key=copy.key, now=now - timedelta(days=13))
    lending = asks.accept_ask(ask_id=request.asks.get().pk, actor=giver, now=now)
    at = now + timedelta(hours=30, minutes=30)
    handover = handovers.propose_handover(
        lending_id=lending.pk, actor=taker, method=way, place=WHERE[way], starts_at=at, now=now
    )
    return handovers.agree_handover(handover_id=handover.pk, actor=giver, now=now).pk


@contextmanager
def behind_a_bad_line(campus: Campus) -> Iterator[None]:
    """Only the scheduler acts by itself: nothing is hurried. What it does beside requests has tests of its own."""
    double = {"embedded": lambda library, now: ScriptedSystem(library, now, campus.script)}
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(registry.ADAPTERS, double))
        stack.enter_context(jobs.left_to_the_sweep())
        for beside in BESIDE:
            stack.enter_context(mock.patch(beside, return_value=()))
        yield
