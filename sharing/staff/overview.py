"""The librarian's overview: what is stuck, the period's figures, charts beside their tables, what a library might buy."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe
from wagtail.admin.ui.components import Component

from sharing import dates, statistics
from sharing.staff import definitions, drawing, matters
from sharing.statistics import FATES, HOURS, Figure, Overview, Period, Span
from sharing.typography import grouped

PERIODS = (30, 90, 365)
KEPT_SECONDS = 300
SEE_FIGURES = "sharing.view_request"
NOTHING = "–"


def asked_days(request: HttpRequest) -> int:
    days = request.GET.get("days", "")
    return int(days) if days in map(str, PERIODS) else PERIODS[0]


def seen(days: int) -> Overview:
    """Kept for five minutes: a dashboard is looked at more often than it changes."""
    key = f"overview:{days}"
    found: Overview | None = cache.get(key)
    if found is None:
        now = timezone.now()
        found = statistics.overview(period=Period.last(days, now=now), now=now)
        cache.set(key, found, KEPT_SECONDS)
    return found


class Panel(Component):
    """A part of the admin's first page; `permission` empty: for everybody who may be there."""

    order = 0
    permission = ""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def render_html(self, parent_context: Any = None) -> str:
        if self.permission and not self.request.user.has_perm(self.permission):
            return ""
        return str(super().render_html(parent_context))


class StuckPanel(Panel):
    name = "stuck"
    template_name = "sharing/admin/stuck.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        assert self.request.user.is_authenticated
        return {"matters": matters.waiting_for(self.request.user, now=timezone.now())}


class FiguresPanel(Panel):
    name = "figures"
    template_name = "sharing/admin/figures.html"
    order = 20
    permission = SEE_FIGURES

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        days = asked_days(self.request)
        overview = seen(days)
        first, last = timezone.localdate(overview.period.start), timezone.localdate(overview.period.end)
        return {
            "figures": [Shown.of(figure, overview.period) for figure in overview.figures],
            "days": days,
            "periods": [(choice, period_name(choice)) for choice in PERIODS],
            "from": dates.long_date(first, today=last),
            "to": dates.long_date(last, today=last),
            "at": dates.stamp_time(overview.period.end),
        }


def period_name(days: int) -> str:
    return _("A year") if days == 365 else ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


@dataclass(frozen=True)
class Shown:
    """A figure in words."""

    code: str
    name: str
    value: str
    unit: str
    former: str
    rows: str
    """Where the rows behind it are listed; empty where there are none to show."""

    @classmethod
    def of(cls, figure: Figure, period: Period) -> "Shown":
        value, unit = written(figure.value, figure.unit, least=figure.least)
        former = "".join(written(figure.former, figure.unit, least=figure.former_least))
        name = str(definitions.FIGURE_NAMES[figure.code])
        return cls(figure.code, name, value, unit, former, rows_behind(figure.code, period))


def written(value: float | None, unit: str, *, least: bool = False) -> tuple[str, str]:
    """A number as it is read, and its unit; a count that is known to be one at `least`."""
    if value is None:
        return NOTHING, ""
    if unit == "count":
        return ("≥ " if least else "") + grouped(round(value)), ""
    if unit == "share":
        return f"{100 * value:.1f}", "%"
    return f"{value:.1f}", " " + (pgettext("hours, short", "h") if unit == "hours" else _("days"))


def rows_behind(code: str, period: Period) -> str:
    """Listings of requests, without persons."""
    since, until = timezone.localdate(period.start).isoformat(), timezone.localdate(period.end).isoformat()
    about = {
        "placed": {"placed_from": since, "placed_to": until},
        "fulfilled": {"fate": "fulfilled", "closed_from": since, "closed_to": until},
        "unanswered": {"fate": "unanswered", "closed_from": since, "closed_to": until},
    }.get(code)
    return f"{reverse('requests:index')}?{urlencode(about)}" if about else ""


class ChartsPanel(Panel):
    name = "charts"
    template_name = "sharing/admin/charts.html"
    order = 30
    permission = SEE_FIGURES

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        overview = seen(asked_days(self.request))
        columns = drawing.columns_of(overview.spans)
        return {
            "fates": [(fate, str(definitions.FATE_NAMES[fate]), drawing.COLOURS[fate]) for fate in FATES],
            "columns": columns,
            "rows": [(span_name(span, overview.by_month), span) for span in overview.spans],
            "labels": [(column, span_label(column.span, overview.by_month)) for column in columns.columns],
            "by_month": overview.by_month,
            "finding": _ends_in_words(overview),
            "lines": drawing.lines_of(overview.answers),
            "answers": overview.answers,
            "hours": HOURS,
            "answers_finding": _answers_in_words(overview),
        }


def span_name(span: Span, by_month: bool) -> str:
    """11.23 · 23 Nov, or the month: 2026.11 · Nov 2026."""
    return dateformat.format(span.first_day, pgettext("month", "M Y")) if by_month else dates.stamp_day(span.first_day)


def span_label(span: Span, by_month: bool) -> str:
    """Beneath a column, where there is little room."""
    return (
        dateformat.format(span.first_day, pgettext("month of this year", "M"))
        if by_month
        else dates.stamp_day(span.first_day)
    )


def _ends_in_words(overview: Overview) -> str:
    """What a screen reader hears instead of the drawing."""
    total = sum(span.total for span in overview.spans)
    fulfilled = sum(span.fates["fulfilled"] for span in overview.spans if span.fates)
    if not total:
        return _("Stacked columns; no request has ended yet.")
    says = ngettext(
        "Stacked columns: %(total)s request ended, %(share)s%% of them with a book handed over. The numbers stand in the table.",
        "Stacked columns: %(total)s requests ended, %(share)s%% of them with a book handed over. The numbers stand in the table.",
        total,
    )
    return says % {"total": grouped(total), "share": round(100 * fulfilled / total)}


def _answers_in_words(overview: Overview) -> str:
    now, former = (
        f"{round(100 * shares[-1])}%" if shares else NOTHING for shares in (overview.answers.now, overview.answers.former)
    )  # fmt: skip
    return _("Share of asks answered within %(hours)s hours: %(now)s in this period, %(former)s in the former one.") % {
        "hours": HOURS[-1], "now": now, "former": former,
    }  # fmt: skip


class WantedPanel(Panel):
    name = "wanted"
    template_name = "sharing/admin/wanted.html"
    order = 40
    permission = SEE_FIGURES

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        may_edit = self.request.user.has_perm("personal_catalog.change_title")
        return {"wanted": seen(asked_days(self.request)).wanted, "may_edit": may_edit}


@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """What each figure means."""
    if not request.user.has_perm(SEE_FIGURES):
        raise PermissionDenied
    title = _("What the figures mean")
    context = {
        "figures": definitions.FIGURES,
        "fates": definitions.FATES,
        "others": definitions.OTHERS,
        "header_title": title,
        "header_icon": "help",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Overview")},
            {"url": "", "label": title},
        ],
    }
    return render(request, "sharing/admin/definitions.html", context)
