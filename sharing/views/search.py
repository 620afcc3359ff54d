"""The search page: words, filters, and what can be had."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from library_bridge.models import Reader
from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import suggest
from personal_catalog.sentences import of_one
from sharing import catalogue, dates, elsewhere, saved_searches
from sharing import holding_words as words
from sharing.catalogue import Edition, FacetValue, Page, ResultRow
from sharing.elsewhere import Elsewhere
from sharing.filters import SORTS, TitleFilter
from sharing.views import exports
from sharing.views.readers import visitor_of
from sharing.views.titles import hold_rows

SIZE = 20
SHOWN_VALUES = 6  # of one facet; a list of 20 has to stay small


@dataclass(frozen=True)
class Row:
    title: Title
    url: str
    shown: SafeString
    facts: str
    """Year and class."""
    chips: list[words.Chip]
    hint: str
    action: str
    editions: list[tuple[Edition, str]]
    """Others of the work, each with what tells it from them."""
    more_editions: int


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    open: bool
    values: list[FacetValue]


@dataclass(frozen=True)
class Quick:
    """A filter of the phone's row: a link that puts it on or takes it off."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class Period:
    """Ten years, and how many of the books are of them."""

    first: int
    last: int
    count: int
    url: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    reader = visitor_of(request)
    filters, left_out = _filters(request, reader)
    found, too_broad = _found(filters, _number(request.GET.get("page", "")))
    nothing = filters.is_valid() and not found.count and not too_broad
    other = elsewhere.look(filters.text, reader=reader, now=filters.now) if nothing else Elsewhere()
    context = {
        "nav": "find",
        "filters": filters,
        "left_out": left_out,
        "text": (filters.text or request.GET.get("q", "").replace("\0", "").strip())[: settings.SEARCH_MAX_CHARACTERS],
        "found": found,
        "too_broad": too_broad,
        "near": suggest(filters.text) if nothing and filters.text else [],
        "saved": reader is not None and saved_searches.is_saved(filters.text, reader=reader),
        "elsewhere": other,
        "elsewhere_rows": hold_rows(other.held),
        "quicks": _quicks(request, found),
        "take_along": exports.menu("export-search", query=_asked(request)) if found.count else [],
        **_list(filters, found),
        **_facets(request, filters, found),
    }
    return render(request, "sharing/search/search.html", context)


def _filters(request: HttpRequest, reader: Reader | None) -> tuple[TitleFilter, list[str]]:
    """Of an old or mistyped address the filters that mean nothing are left out, also of the page's own links; the sentences
    say which. Words that cannot be searched for are an error, and then nothing is."""
    filters = TitleFilter(request.GET, reader=reader, now=timezone.now())
    if filters.is_valid() or "q" in filters.errors:
        return filters, []
    wrong, fields = filters.errors, filters.form.fields
    sentences = [
        of_one(fields[name].label, says) if name in fields else str(says) for name in wrong for says in wrong[name]
    ]
    query = request.GET.copy()
    for name in wrong:
        query.pop(name, None)
    request.GET = query  # type: ignore[assignment]  # a copy, like the immutable one
    return TitleFilter(query, reader=reader, now=filters.now, policy=filters.policy), sentences


def _asked(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()[:2_000]


def _found(filters: TitleFilter, number: int) -> tuple[Page, bool]:
    try:
        return catalogue.works(filters=filters, page=number, page_size=SIZE), False
    except SearchTimedOut:
        return Page(number=number), True


def _number(text: str) -> int:
    small = text.isascii() and text.isdigit() and len(text) < 6
    return max(1, min(int(text), catalogue.MOST)) if small else 1


def _list(filters: TitleFilter, found: Page) -> dict[str, Any]:
    return {
        "rows": [_row(row, found.instead or filters.text, filters) for row in found.items],
        "page": Paginator(range(found.rows), SIZE).get_page(found.number),
        "sorts": SORTS,
        "sorting": filters.sorting,
        "together": found.rows < found.reachable,
    }


def _row(row: ResultRow, asked: str, filters: TitleFilter) -> Row:
    hint = words.row_hint(row, today=dates.day_of(filters.now))
    title = row.title
    facts = " · ".join(str(fact) for fact in (title.year, title.clc) if fact)
    others = [(one, words.of_edition(one.title)) for one in row.editions]
    return Row(
        title, title.get_absolute_url(), marked(title.full_title, asked), facts, words.row_chips(row), hint,
        words.row_action(row), others, row.more_editions,
    )  # fmt: skip


def marked(name: str, asked: str) -> SafeString:
    """The title with the words asked for marked, where they stand in it as typed."""
    place = name.lower().find(asked.lower()) if asked else -1
    if place < 0 or len(name.lower()) != len(name):
        return mark_safe(escape(name))
    end = place + len(asked)
    return format_html("{}<mark>{}</mark>{}", name[:place], name[place:end], name[end:])


def _facets(request: HttpRequest, filters: TitleFilter, found: Page) -> dict[str, Any]:
    wanted = filters.wanted
    years = [int(year.value) for year in found.facets.get("year", [])]
    return {
        "facets": [facet for facet in _named(found) if facet.values],
        "filtered": filters.narrows,
        "show_facets": "facets" in request.GET,
        "year_from": wanted.get("year_from"),
        "year_to": wanted.get("year_to"),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "periods": _periods(request, found),
    }


def _periods(request: HttpRequest, found: Page) -> list[Period]:
    """Decades with their counts, the latest first; nothing to choose between within one."""
    counts = Counter[int]()
    for year in found.facets.get("year", []):
        counts[int(year.value) // 10 * 10] += year.count
    if len(counts) < 2:
        return []
    return [Period(first, first + 9, counts[first], _between(request, first)) for first in list(counts)[:SHOWN_VALUES]]


def _between(request: HttpRequest, first: int) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["year_from"], query["year_to"] = str(first), str(first + 9)
    return f"{request.path}?{query.urlencode()}"


def _named(found: Page) -> list[Facet]:
    labels = {
        "available": pgettext("filter", "State"),
        "kind": pgettext("filter", "Where from"),
        "area": pgettext("filter", "Place"),
        "mode": pgettext("filter", "How"),
        "classification": pgettext("filter", "Class"),
        "subject": pgettext("filter", "Subject"),
        "language": pgettext("filter", "Language"),
    }
    shut = ("subject", "language")
    return [
        Facet(name, label, name not in shut or any(value.chosen for value in values), values[:SHOWN_VALUES])
        for name, label in labels.items()
        if (values := found.facets.get(name, []))
    ]


def _quicks(request: HttpRequest, found: Page) -> list[Quick]:
    """The filters one thumb wants: free now, library books, readers' own, the areas."""
    names = {"true": _("Free now"), "library": _("Library books"), "personal": _("Readers’ own")}
    rows = [(name, value) for name in ("available", "kind", "area") for value in found.facets.get(name, [])[:4]]
    return [
        Quick(names.get(value.value, value.label), _toggled(request, name, value), value.chosen) for name, value in rows
    ]


def _toggled(request: HttpRequest, name: str, value: FacetValue) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if not value.chosen:
        query[name] = value.value
    return f"{request.path}?{query.urlencode()}"
