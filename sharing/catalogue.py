"""The shared catalogue as readers search it: titles joined with what can be had of them. One function for page and API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from personal_catalog.search.query import NOTHING, FoundBy, SearchHits, search_titles
from sharing import availability, editions, prepared, search_facets
from sharing.availability import LIBRARY, PERSONAL, Held, Wish
from sharing.editions import Work
from sharing.facets import Candidate, FacetValue
from sharing.filters import TitleFilter
from sharing.models import HarvestedRecord

MOST = 2_000
"""So many of the best titles can be paged through where there are no words; with words engines.CANDIDATES."""
MOST_EDITIONS = 3
"""So many others of a work are named in its row."""
ORDERS = {"newest": ("-created_at", "-pk"), "most_passed_on": ("-passed_on", "pk")}
_SHOWN = {"id", "title", "subtitle", "creators", "publisher", "year", "clc", "language", "cover_id", "cover_seed"}
LISTED = [field.attname for field in Title._meta.concrete_fields if field.attname in _SHOWN]
"""What a list shows of a title, in the order in which a Title is made of its row."""
Rows = Callable[[Sequence[Candidate]], list[Work]]
Fetch = Callable[[Sequence[int]], Mapping[int, Title]]
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class HoldingCounts:
    personal: int = 0
    library: int = 0
    available: int = 0


@dataclass(frozen=True)
class Edition:
    title: Title
    available: bool


@dataclass(frozen=True)
class ResultRow:
    title: Title
    """With its ISBNs prefetched, but for `works`."""
    holdings: HoldingCounts = HoldingCounts()
    free_copies: int = 0
    free_loans: int = 0
    free_from: datetime | None = None
    """The first due date, where something is out and nothing is free."""
    areas: tuple[str, ...] = ()
    """Codes of the areas where something is free, the reader's own first."""
    modes: tuple[str, ...] = ()
    """What the free holdings would be: lend, drift, gift, transfer; `display` where nothing else is shown."""
    editions: tuple[Edition, ...] = ()
    """Others of the same work that were found too."""
    more_editions: int = 0
    """So many besides those."""


@dataclass(frozen=True)
class Page:
    items: list[ResultRow] = field(default_factory=list)
    count: int = 0
    """All that match; the first `reachable` of them can be paged through."""
    more: bool = False
    """More match the words than were looked at: then `count` says how many were, and every other number is of these."""
    available: int = 0
    """How many can be had now."""
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    """By parameter of the filter: available, kind, area, mode, language, classification, subject; and year."""
    number: int = 1
    size: int = 20
    reachable: int = 0
    rows: int = 0
    """So many can be paged through, each with all its editions."""
    instead: str = ""
    """The words that were searched when those typed gave nothing."""
    found_by: FoundBy = FoundBy.WORDS


def results(*, filters: TitleFilter, page: int = 1, page_size: int = 20) -> Page:
    """A page of titles, best first, with what the filters' reader may see of them. Filters that are not valid find
    nothing: ask `filters.errors`.

    Raises personal_catalog.search.engines.SearchTimedOut for a question too broad to answer in time.
    """
    return _page(filters, page, page_size, editions.alone, _whole_titles)


def works(*, filters: TitleFilter, page: int = 1, page_size: int = 20) -> Page:
    """The same with the editions of a work in one row, and of each title only what a list shows (`LISTED`). Counts are of
    titles all the same."""
    return _page(filters, page, page_size, editions.together, _shown_titles)


def _page(filters: TitleFilter, page: int, page_size: int, rows: Rows, fetch: Fetch) -> Page:
    if not filters.is_valid():
        return Page(number=page, size=page_size)
    hits = _hits(filters) if filters.text else None
    found = _candidates(filters, hits)
    listed = rows(found)
    shown = listed[(page - 1) * page_size : page * page_size]
    more = hits is not None and hits.more
    available, facets = search_facets.counted(filters, found, everything=_everything(filters, hits, found), more=more)
    return Page(
        items=_rows(shown, filters.reader, fetch),
        count=_count(filters, hits, found),
        more=more,
        available=available,
        facets=facets,
        number=page,
        size=page_size,
        reachable=len(found),
        rows=len(listed),
        instead=hits.instead if hits else "",
        found_by=hits.found_by if hits else FoundBy.WORDS,
    )


def rows_of(titles: Sequence[int], *, filters: TitleFilter) -> list[ResultRow]:
    """The same rows for titles chosen elsewhere, in the order given."""
    found = {candidate.pk: candidate for candidate in _with_holdings(_facts_of_live(titles), filters)}
    return _rows(editions.alone([found[pk] for pk in titles if pk in found]), filters.reader, _whole_titles)


def _hits(filters: TitleFilter) -> SearchHits:
    """What passes the filters must not be lost where more match than are looked at."""
    newest = filters.sorting == "newest"
    hits = search_titles(filters.text, newest=newest)
    return search_titles(filters.text, within=filters.qs, newest=newest) if hits.more and filters.narrows else hits


def found_ids(filters: TitleFilter) -> list[int]:
    """All titles that can be paged through, best first. Raises as `results` does."""
    hits = _hits(filters) if filters.text else None
    return [candidate.pk for candidate in _candidates(filters, hits)]


def _candidates(filters: TitleFilter, hits: SearchHits | None) -> list[Candidate]:
    if hits == NOTHING:
        return []
    ids = _listed(filters) if hits is None else hits.ids
    if hits is not None and filters.sorting in ORDERS:
        rows = filters.qs.filter(pk__in=ids).order_by(*ORDERS[filters.sorting])
        return _with_holdings(_facts(rows), filters)
    place = {pk: number for number, pk in enumerate(ids)}
    facts = _facts(filters.qs.filter(pk__in=ids).order_by()) if filters.narrows else _facts_of_live(ids)
    found = sorted(_with_holdings(facts, filters), key=lambda candidate: place[candidate.pk])
    if filters.sorting == "free_date":
        return sorted(found, key=_free_date)
    return sorted(found, key=_best_first(filters, hits)) if hits else found


def _best_first(filters: TitleFilter, hits: SearchHits) -> Callable[[Candidate], tuple[int, bool]]:
    """The very title asked for; then what its name says; then the others. Of each what can be had now stands first."""
    free = replace(filters.wish, free=True)
    return lambda found: (hits.near.get(found.pk, 2), not found.holdings(free))


def _listed(filters: TitleFilter) -> list[int]:
    """Without words: the newest or the most passed on; else what can be had now, what is out, and then all others. Each
    step asks for few titles, however large the catalogue is."""
    if filters.sorting in ORDERS:
        return list(filters.qs.order_by(*ORDERS[filters.sorting]).values_list("pk", flat=True)[:MOST])
    found: dict[int, None] = {}
    for near in (filters.having(Wish(free=True)), filters.having(Wish()), Q()):
        if len(found) < MOST:
            rows = filters.qs.filter(near).order_by(*ORDERS["most_passed_on"])
            found |= dict.fromkeys(rows.values_list("pk", flat=True)[:MOST])
    return list(found)[:MOST]


def _facts(rows: QuerySet[Title]) -> "QuerySet[Title, tuple[Any, ...]]":
    items = HarvestedRecord.objects.filter(title=OuterRef("pk")).order_by().values("title").annotate(n=Sum("items"))
    counted = rows.annotate(held=Subquery(items.values("n")))
    return counted.values_list("pk", "language", "year", "clc", "subjects", "work_key", "held")


def _facts_of_live(ids: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    return prepared.run(_facts_of_listed, values={"ids": prepared.listed(ids)})


def _facts_of_listed() -> "QuerySet[Title, tuple[Any, ...]]":
    return _facts(Title.objects.live().filter(pk__in=prepared.among("ids")).order_by())


def _with_holdings(rows: Iterable[tuple[Any, ...]], filters: TitleFilter) -> list[Candidate]:
    """Two queries besides that of the rows, however many titles."""
    facts = list(rows)
    held = availability.of_titles(
        [row[0] for row in facts], reader=filters.reader, policy=filters.policy, now=filters.now
    )
    return [
        Candidate(pk, language, year, clc, tuple(subjects), work, volumes or 0, tuple(held.get(pk, ())))
        for pk, language, year, clc, subjects, work, volumes in facts
    ]


def _free_date(found: Candidate) -> tuple[int, datetime]:
    if any(held.free for held in found.held):
        return (0, NEVER)
    due = _first_due(found.held)
    return (1, due) if due else (2, NEVER)


def _first_due(held: Sequence[Held]) -> datetime | None:
    return min((one.due_at for one in held if one.due_at and not one.free), default=None)


def _count(filters: TitleFilter, hits: SearchHits | None, found: list[Candidate]) -> int:
    if hits is None:
        return len(found) if len(found) < MOST else filters.qs.count()
    return len(found)


def _whole_titles(wanted: Sequence[int]) -> Mapping[int, Title]:
    return Title.objects.prefetch_related("isbns").in_bulk(wanted)


def _shown_titles(wanted: Sequence[int]) -> Mapping[int, Title]:
    if not wanted:
        return {}
    rows = prepared.run(_listed_facts, values={"ids": prepared.listed(wanted)})
    return {row[0]: Title.from_db(connection.alias, LISTED, row) for row in rows}


def _listed_facts() -> "QuerySet[Title, tuple[Any, ...]]":
    return Title.objects.filter(pk__in=prepared.among("ids")).order_by().values_list(*LISTED)


def _rows(shown: list[Work], reader: Reader | None, fetch: Fetch) -> list[ResultRow]:
    titles = fetch([one.pk for work in shown for one in (work.first, *work.others[:MOST_EDITIONS])])
    home = reader.area.code if reader and reader.area else ""
    return [_row(work, titles, home) for work in shown if work.first.pk in titles]


def _row(work: Work, titles: Mapping[int, Title], home: str) -> ResultRow:
    found, others = work.first, work.others[:MOST_EDITIONS]
    free = [held for held in found.held if held.free]
    loans = sum(1 for held in found.held if held.kind == LIBRARY)
    modes = {held.mode for held in free} or {held.mode for held in found.held if held.mode == Copy.Mode.DISPLAY}
    return ResultRow(
        title=titles[found.pk],
        holdings=HoldingCounts(len(found.held) - loans, max(loans, found.items), len(free)),
        free_copies=sum(1 for held in free if held.kind == PERSONAL),
        free_loans=sum(1 for held in free if held.kind == LIBRARY),
        free_from=None if free else _first_due(found.held),
        areas=tuple(sorted({held.area for held in free if held.area}, key=lambda code: (code != home, code))),
        modes=tuple(sorted(modes)),
        editions=tuple(Edition(titles[o.pk], any(held.free for held in o.held)) for o in others if o.pk in titles),
        more_editions=len(work.others) - len(others),
    )


def _everything(filters: TitleFilter, hits: SearchHits | None, found: list[Candidate]) -> QuerySet[Title] | None:
    """None where the list holds all that is counted."""
    return filters.qs if hits is None and len(found) >= MOST else None


__all__ = (
    "LIBRARY",
    "PERSONAL",
    "FacetValue",
    "HoldingCounts",
    "Page",
    "ResultRow",
    "found_ids",
    "results",
    "rows_of",
    "works",
)
