"""The to-do page's content in a fixed number of queries: what waits for the reader, for others, and what is to be returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import holdings, people, policies, progress, queues, todo, typography
from sharing.models import Ask, CirculationPolicy, Lending, Request
from sharing.people import Record
from sharing.phrases import fill
from sharing.progress import Standing
from sharing.scenes import S, Scene

ACTS = {"propose", "answer", "show_code", "enter_code"}


@dataclass(frozen=True)
class ToAnswer:
    ask: Ask
    record: Record

    template = "sharing/todo/ask.html"

    @property
    def at(self) -> datetime:
        return self.ask.respond_by


@dataclass(frozen=True)
class ToDo:
    """A lending on which somebody's next step stands."""

    lending: Lending
    scene: Scene

    template = "sharing/todo/act.html"

    @property
    def step(self) -> str:
        return self.scene.meets if policies.direction_now(self.lending) else "wait"

    @property
    def what(self) -> str:
        """What is to be done with the book, in one line; HTML, with languages marked."""
        name = typography.lang_attribute(self.scene.name)
        parts = {
            "title": typography.book_title(self.lending.title),
            "name": format_html("<span{}>{}</span>", name, self.scene.name),
        }
        return mark_safe(fill(escape(self._words()), parts))

    def _words(self) -> str:
        if self.scene.goes_back:
            return (
                _("Give %(title)s back to %(name)s")
                if self.scene.hands_over
                else _("Take %(title)s back from %(name)s")
            )
        if not self.scene.gives:
            return _("Get %(title)s from %(name)s")
        return _("Pass %(title)s on to %(name)s") if self.scene.is_loan else _("Hand %(title)s to %(name)s")

    @property
    def waits_for(self) -> str:
        if self.lending.status == S.TRANSFERRING:
            return _("The library is moving the loan")
        if self.lending.status in (S.NEEDS_LIBRARIAN, S.DISPUTED):
            return _("A librarian will settle it")
        return self.scene.say(_("%(name)s has your proposal"))

    @property
    def whose(self) -> str:
        return self.scene.say(_("from %(name)s"))

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
    for_me: list[ToAnswer | ToDo]
    """The soonest first."""
    waiting: list[ToDo]
    wishes: list[Wish]
    borrowed: list[ToDo]
    loans: list[OnCard]
    away: list[Away]

    @property
    def count(self) -> int:
        """The same number as the badge's."""
        return len(self.for_me)


def of(reader: Reader, *, policy: CirculationPolicy, now: datetime) -> Agenda:
    """Ten queries."""
    live = list(Lending.objects.visible_to(reader).live().for_page())
    rows = [ToDo(lending, Scene(lending, reader, policy, now)) for lending in live]
    steps = [row for row in rows if row.lending.status != S.ON_LOAN]
    borrowed = [row for row in rows if row.lending.status == S.ON_LOAN and not row.scene.gives]
    by_loan = {row.library_loan_id: row for row in live if row.library_loan_id and row.giver_id == reader.pk}
    return Agenda(
        for_me=sorted([*_asks(reader), *(row for row in steps if row.step in ACTS)], key=lambda row: row.at),
        waiting=[row for row in steps if row.step not in ACTS],
        wishes=_wishes(reader, now),
        borrowed=sorted(borrowed, key=lambda row: row.lending.due_at or now),
        loans=[
            OnCard(loan, holdings.why_not(loan, policy, now), by_loan.get(loan.pk))
            for loan in todo.library_loans(reader)
        ],
        away=away_of(reader, live),
    )


def _wishes(reader: Reader, now: datetime) -> list[Wish]:
    rows = list(todo.requests_waiting(reader))
    places = queues.places(rows)
    stands = (progress.stands(row, list(row.asks.all()), place=places.get(row.pk), now=now) for row in rows)
    return [Wish(row, standing) for row, standing in zip(rows, stands, strict=True)]


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


def _asks(reader: Reader) -> list[ToAnswer]:
    asks = list(todo.asks_to_answer(reader))
    records = people.records(ask.request.requester_id for ask in asks)
    return [ToAnswer(ask, records[ask.request.requester_id]) for ask in asks]
