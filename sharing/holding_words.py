"""What can be had, in words: chips and facts of one holding, and of a title in a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from personal_catalog.models import Copy, Title
from sharing import areas, dates
from sharing.catalogue import ResultRow
from sharing.shown_holdings import ShownHolding

MOST_AREAS = 3


@dataclass(frozen=True)
class Chip:
    """`kind` as in elements/chip.html."""

    kind: str
    says: str


def chip(hold: ShownHolding) -> Chip:
    if hold.borrowed:
        return Chip("done", _("With you"))
    if hold.own:
        return Chip("done", pgettext("holding", "Yours")) if hold.kind == "personal_copy" else Chip("wait", _("Out"))
    if hold.kind == "library_item":
        return Chip("done", _("Just take it")) if hold.free else Chip("no", _("Not now"))
    if hold.offered:
        return Chip("free", _("Offered"))
    if hold.free:
        return Chip("free", _("Can pass to you") if hold.kind == "library_loan" else _("Free now"))
    waiting = {"agreed": _("Promised to a reader"), "on_loan": _("Out")}
    if hold.status in waiting:
        return Chip("wait", waiting[hold.status])
    never = {"display": _("Only shown"), "paused": pgettext("holding", "Paused")}
    return Chip("no", never.get(hold.status, _("Not now")))


def facts(hold: ShownHolding, *, loan_days: int) -> list[str]:
    """The second line: where, for how long, in what condition, and why not."""
    return [fact for fact in _facts(hold, loan_days) if fact]


def _facts(hold: ShownHolding, loan_days: int) -> Iterator[str]:
    yield hold.library
    yield hold.branch or areas.name(hold.area)
    if hold.kind == "personal_copy":
        if hold.mode == "lend":
            yield ngettext("%(days)d day", "%(days)d days", loan_days) % {"days": loan_days}
        yield str(Copy.Condition(hold.condition).label)
        yield hold.note
    elif hold.kind == "library_loan" and not hold.own:
        yield _why_not(hold.reason) if hold.reason else _("yours to renew after the transfer")


def _why_not(reason: str) -> str:
    short = {
        "recalled": _("recalled by the library"),
        "hold_by_other": _("another reader has a hold on it"),
        "overdue": _("overdue"),
        "near_due": _("too close to its due date"),
    }
    return short.get(reason, "")


def row_chips(row: ResultRow) -> list[Chip]:
    chips = []
    if row.free_loans:
        says = ngettext("%(count)d can pass to you", "%(count)d can pass to you", row.free_loans)
        chips.append(Chip("free", says % {"count": row.free_loans}))
    if row.free_copies:
        says = ngettext("%(count)d reader’s own, free", "%(count)d readers’ own, free", row.free_copies)
        chips.append(Chip("free", says % {"count": row.free_copies}))
    return chips or [_nothing_free(row)]


def _nothing_free(row: ResultRow) -> Chip:
    if row.free_from:
        return Chip("wait", _("All out"))
    if "display" in row.modes and not row.holdings.library:
        return Chip("no", _("Only shown"))
    if row.holdings.library:
        return Chip("done", _("In the library’s catalogue"))
    return Chip("no", _("Not now") if row.holdings.personal else _("No copy known"))


def row_hint(row: ResultRow, *, today: date) -> str:
    if row.areas:
        names = [name for code in row.areas[:MOST_AREAS] if (name := areas.name(code))]
        return pgettext("between areas", ", ").join(names)
    if row.free_from:
        return _("The first is due back on %(date)s") % {"date": dates.long_date(row.free_from, today=today)}
    if row.holdings.library and not row.holdings.available:
        return _("Open it to see whether it is in")
    return ""


def of_edition(title: Title) -> str:
    """What tells it from the others of its work."""
    return " ".join(str(fact) for fact in (title.publisher, title.year) if fact) or title.full_title


def row_action(row: ResultRow) -> str:
    if row.holdings.available:
        return pgettext("button in a list", "Ask")
    return pgettext("button in a list", "Wait") if row.free_from else pgettext("button in a list", "Look")
