"""The to-do page's content in a fixed number of queries: what waits for the reader, for others, and what is to be returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import holdings, people, progress, todo
from sharing.models import Ask, CirculationPolicy, Lending, Request
from sharing.people import Record
from sharing.progress import Standing
from sharing.steps import S, Scene

ACTS = {"propose", "answer", "show_code", "enter_code"}


@dataclass(frozen=True)
class ToAnswer:
    ask: Ask
    record: Record


@dataclass(frozen=True)
class ToDo:
    """A lending on which somebody's next step stands."""

    lending: Lending
    scene: Scene

    @property
    def step(self) -> str:
        return self.scene.meets if self.lending.status in (S.AGREED, S.RETURNING) else "wait"

    @property
    def at(self) -> datetime:
        return self.scene.handover.starts_at if self.scene.handover else self.lending.deadline_at


@dataclass(frozen=True)
class OnCard:
    """One of the reader's library loans. `why_not` is empty when it can be passed on."""

    loan: LibraryLoan
    why_not: str
    lending: Lending | None

    @property
    def title(self) -> object:
        """The catalogue's title where it is known, else the loan with the library's own words."""
        catalogued = getattr(self.loan, "catalogued", None)
        return catalogued.title if catalogued else self.loan

    @property
    def why(self) -> str:
        return holdings.sentence(self.why_not)

    @property
    def may_renew(self) -> bool:
        return self.loan.renewable and self.loan.renewals_left != 0


@dataclass(frozen=True)
class Away:
    copy: Copy
    lending: Lending | None


@dataclass(frozen=True)
class Wish:
    """An open request and how it stands."""

    request: Request
    standing: Standing


@dataclass(frozen=True)
class Agenda:
    asks: list[ToAnswer]
    acts: list[ToDo]
    waiting: list[ToDo]
    wishes: list[Wish]
    borrowed: list[Lending]
    loans: list[OnCard]
    away: list[Away]

    @property
    def count(self) -> int:
        """The same number as the badge's."""
        return len(self.asks) + len(self.acts)


def of(reader: Reader, *, policy: CirculationPolicy, now: datetime) -> Agenda:
    """Nine queries."""
    live = list(Lending.objects.visible_to(reader).live().for_page())
    steps = [ToDo(lending, Scene(lending, reader, policy, now)) for lending in live if _moves(lending)]
    by_loan = {row.library_loan_id: row for row in live if row.library_loan_id and row.giver_id == reader.pk}
    return Agenda(
        asks=_asks(reader),
        acts=sorted((row for row in steps if row.step in ACTS), key=lambda row: row.at),
        waiting=[row for row in steps if row.step not in ACTS],
        wishes=[
            Wish(row, progress.stands(row, list(row.asks.all()), now=now)) for row in todo.requests_waiting(reader)
        ],
        borrowed=sorted(
            (row for row in live if row.status == S.ON_LOAN and row.taker_id == reader.pk),
            key=lambda row: row.due_at or now,
        ),
        loans=[
            OnCard(loan, holdings.why_not(loan, policy, now), by_loan.get(loan.pk))
            for loan in todo.library_loans(reader)
        ],
        away=away_of(reader, live),
    )


def away_of(reader: Reader, live: Iterable[Lending]) -> list[Away]:
    """The reader's copies in other hands, the earliest due first; what drifts has no due date."""
    by_copy = {row.copy_id: row for row in live if row.copy_id and row.giver_id == reader.pk}
    rows = [Away(copy, by_copy.get(copy.pk)) for copy in todo.away(reader)]
    return sorted(
        rows,
        key=lambda row: (
            row.lending is None,
            row.lending.due_at.timestamp() if row.lending and row.lending.due_at else 0,
        ),
    )


def _moves(lending: Lending) -> bool:
    return lending.status != S.ON_LOAN


def _asks(reader: Reader) -> list[ToAnswer]:
    asks = list(todo.asks_to_answer(reader))
    records = people.records(ask.request.requester_id for ask in asks)
    return [ToAnswer(ask, records[ask.request.requester_id]) for ask in asks]
