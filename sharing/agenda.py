"""The to-do page's content in a fixed number of queries: what waits for the reader, for others, and what is to be returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import (
    ask_words,
    people,
    policies,
    progress,
    queues,
    ratings,
    steps,
    todo,
    transferable,
    typography,
)
from sharing.models import Ask, CirculationPolicy, Handover, Lending, Request
from sharing.people import Record
from sharing.phrases import fill
from sharing.progress import Standing
from sharing.scenes import S, Scene

ACTS = {"propose", "answer", "show_code", "enter_code", "leave", "collect", "send", "return"}


@dataclass(frozen=True)
class ToAnswer:
    ask: Ask
    record: Record

    template = "sharing/todo/ask.html"

    @property
    def what(self) -> SafeString:
        return ask_words.html(self.ask)

    @property
    def url(self) -> str:
        return reverse("ask", args=[self.ask.pk])

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
        """As in `Scene.meets`; `return` when the reader keeps it longer than lent; `wait` for others."""
        if policies.direction_now(self.lending):
            return self.scene.meets
        late = self.lending.status == S.ON_LOAN and not self.scene.gives and self.lending.is_overdue(self.scene.now)
        return "return" if late else "wait"

    @property
    def url(self) -> str:
        return self.lending.get_absolute_url()

    @property
    def what(self) -> SafeString:
        """What is to be done with the book, in one line; HTML, with languages marked."""
        name = typography.lang_attribute(self.scene.name)
        parts = {
            "title": typography.book_title(self.lending.title),
            "name": format_html("<span{}>{}</span>", name, self.scene.name),
        }
        return mark_safe(fill(escape(self._words()), parts))

    @property
    def plain(self) -> str:
        """The same without markup."""
        title = typography.quoted(typography.name_of(self.lending.title))
        return fill(self._words(), {"title": title, "name": self.scene.name})

    def _words(self) -> str:
        if self.scene.goes_back or self.lending.status == S.ON_LOAN:
            if self.scene.gives:
                return _("Take %(title)s back from %(name)s")
            return _("Give %(title)s back to %(name)s")
        if not self.scene.gives:
            return _("Get %(title)s from %(name)s")
        return _("Pass %(title)s on to %(name)s") if self.scene.is_loan else _("Hand %(title)s to %(name)s")

    @property
    def waits_for(self) -> str:
        if self.lending.status == S.TRANSFERRING:
            return _("The library is moving the loan")
        if self.lending.status in (S.NEEDS_LIBRARIAN, S.DISPUTED):
            return _("A librarian will settle it")
        handover = self.scene.handover
        if handover is None or self.step != "awaited":
            return self.scene.say(_("%(name)s has your proposal"))
        if handover.status == Handover.Status.SENT:
            return _("In the post")
        if handover.status == Handover.Status.DEPOSITED:
            return self.scene.say(_("%(name)s collects it"))
        by_courier = handover.method == Handover.Method.COURIER
        return self.scene.say(_("%(name)s sends it") if by_courier else _("%(name)s brings it"))

    @property
    def whose(self) -> str:
        return self.scene.say(_("from %(name)s"))

    @property
    def with_whom(self) -> str:
        return self.scene.say(_("with %(name)s"))

    @property
    def ends(self) -> str:
        """What happens if they do not meet."""
        return steps.unmet(self.scene)

    @property
    def at(self) -> datetime:
        if self.step == "return" and self.lending.due_at:
            return self.lending.due_at
        return self.scene.handover.starts_at if self.scene.handover else self.lending.deadline_at


@dataclass(frozen=True)
class OnCard:
    """One of the reader's library loans. `why_not` is empty when it can be passed on."""

    loan: LibraryLoan
    why_not: str
    lending: Lending | None

    @property
    def key(self) -> str:
        return f"loan-{self.loan.pk}"

    @property
    def title(self) -> object:
        """The catalogue's title where it is known, else the loan with the library's own words."""
        catalogued = getattr(self.loan, "catalogued", None)
        return catalogued.title if catalogued else self.loan

    @property
    def why(self) -> str:
        return transferable.sentence(self.why_not)

    @property
    def wanted(self) -> bool:
        """Somebody waits for it, and it could go to them."""
        return bool(getattr(self.loan, "wanted", False)) and not self.why_not

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
    ended: list[ToDo]
    """Of which the reader may say how they went, the latest first. Nothing that must be done."""

    @property
    def count(self) -> int:
        """The same number as the badge's."""
        return len(self.for_me)


def of(reader: Reader, *, policy: CirculationPolicy, now: datetime) -> Agenda:
    """Ten queries."""
    found = _rows(reader, policy, now, Q(closed_at=None) | ratings.to_rate(reader, now))
    ended = [row for row in found if not row.lending.is_live]
    rows = [row for row in found if row.lending.is_live]
    live = [row.lending for row in rows]
    borrowed = [row for row in rows if row.lending.status == S.ON_LOAN and not row.scene.gives]
    return Agenda(
        for_me=_for_me(reader, rows),
        waiting=[row for row in rows if row.step not in ACTS and row.lending.status != S.ON_LOAN],
        wishes=_wishes(reader, policy, now),
        borrowed=sorted((row for row in borrowed if row.step != "return"), key=lambda row: row.lending.due_at or now),
        loans=_on_cards(reader, live, policy, now),
        away=away_of(reader, live),
        ended=sorted(ended, key=lambda row: row.lending.closed_at or now, reverse=True),
    )


def for_me(reader: Reader, *, policy: CirculationPolicy, now: datetime) -> list[ToAnswer | ToDo]:
    """What waits for the reader, what is late first, then the soonest. Five queries."""
    return _for_me(reader, _rows(reader, policy, now, Q(closed_at=None)))


def _for_me(reader: Reader, rows: list[ToDo]) -> list[ToAnswer | ToDo]:
    return sorted([*_asks(reader), *(row for row in rows if row.step in ACTS)], key=_first)


def _first(row: ToAnswer | ToDo) -> tuple[bool, datetime]:
    return (row.step != "return" if isinstance(row, ToDo) else True, row.at)


def _rows(reader: Reader, policy: CirculationPolicy, now: datetime, which: Q) -> list[ToDo]:
    found = Lending.objects.visible_to(reader).filter(which).for_page()
    return [ToDo(lending, Scene(lending, reader, policy, now)) for lending in found]


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


def on_cards(reader: Reader, *, policy: CirculationPolicy, now: datetime) -> list[OnCard]:
    """The reader's library loans, the soonest due first. Two queries."""
    live = Lending.objects.live().filter(giver=reader, library_loan__isnull=False)
    return _on_cards(reader, live, policy, now)


def _on_cards(reader: Reader, live: Iterable[Lending], policy: CirculationPolicy, now: datetime) -> list[OnCard]:
    by_loan = {row.library_loan_id: row for row in live if row.library_loan_id and row.giver_id == reader.pk}
    return [
        OnCard(loan, transferable.why_not(loan, policy, now), by_loan.get(loan.pk))
        for loan in todo.library_loans(reader)
    ]


def _wishes(reader: Reader, policy: CirculationPolicy, now: datetime) -> list[Wish]:
    onward = queues.could_go_on(policy=policy, now=now).filter(pk=OuterRef("pk"))
    rows = list(todo.requests_waiting(reader).annotate(goes_on=Exists(onward)))
    places = queues.places(rows)
    return [Wish(row, _stands(row, places.get(row.pk), row.goes_on, now)) for row in rows]


def _stands(request: Request, place: int | None, onward: bool, now: datetime) -> Standing:
    return progress.stands(request, list(request.asks.all()), place=place, onward=onward, now=now)


def _asks(reader: Reader) -> list[ToAnswer]:
    asks = list(todo.asks_to_answer(reader))
    records = people.records(ask.request.requester_id for ask in asks)
    return [ToAnswer(ask, records[ask.request.requester_id]) for ask in asks]
