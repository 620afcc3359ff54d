"""The shared catalogue: searching it, and one title with what can be asked for."""

import datetime as dt
from typing import Annotated, Any

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import Filter, MultipleChoiceFilter, NumberFilter
from ninja import Query
from pydantic import BaseModel, BeforeValidator, Field

from personal_catalog.models import Title, TitleIsbn
from personal_catalog.search.query import FoundBy
from sharing import catalogue, library_items, policies, shown_holdings
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.paging import Page, Paging
from sharing.api.problems import Invalid
from sharing.api.schemas import HoldingOut
from sharing.catalogue import ResultRow
from sharing.errors import NotFound
from sharing.facets import FacetValue
from sharing.filters import Known, TitleFilter

router = signed_in("catalogue")


class HoldingCountsOut(BaseModel):
    personal: int
    library: int
    available: int


class TitleItem(BaseModel):
    id: str
    title: str
    subtitle: str
    creators: list[str]
    publisher: str
    year: int | None
    language: str
    isbns: list[str]
    cover_url: str
    holdings: HoldingCountsOut
    free_from: dt.date | None
    areas: list[str]
    modes: list[str]


class CreditOut(BaseModel):
    role: str = Field(description="A code of MARC's relator list: aut, trl, edt, ill …")
    name: str


class TitleOut(BaseModel):
    id: str
    title: str
    subtitle: str
    original_title: str
    creators: list[str]
    translators: list[str]
    publisher: str
    edition: str
    series: str
    year: int | None
    language: str
    extent: str
    summary: str
    subjects: list[str]
    classification: str
    isbns: list[str]
    credits: list[CreditOut]
    series_number: str
    languages: list[str] = Field(description="Further ones than `language`.")
    volumes: int | None = Field(description="Of a set that is lent as one.")
    numbers: list[str] = Field(description="Record numbers with their kind: oclc:12345")
    lcc: str
    links: list[str] = Field(description="E-books and other formats: the address, a blank, words for it.")
    cover_url: str
    holdings: list[HoldingOut]


class FacetOut(BaseModel):
    value: str
    label: str
    count: int
    chosen: bool


class Free(BaseModel):
    """The filter itself takes any word that is neither for none."""

    available: Annotated[bool | None, BeforeValidator(lambda text: text or None)] = Field(
        None, description="true: what can be had now."
    )


def _values(one: Filter) -> dict[str, Any]:
    """Areas are rows: librarians add them, so they are not in the document."""
    choices = one.extra.get("choices", ())
    listed: dict[str, Any] = {"type": "string"}
    choices = choices() if isinstance(choices, Known) else choices
    if choices and not callable(choices):
        listed["enum"] = [code for code, _label in choices]
    if isinstance(one, NumberFilter):
        return {"type": "integer"}
    return {"type": "array", "items": listed} if isinstance(one, MultipleChoiceFilter) else listed


FILTERS: list[dict[str, Any]] = [
    {"in": "query", "name": name, "required": False, "schema": _values(one), "description": one.label}
    for name, one in TitleFilter.base_filters.items()
    if name != "available"
]


class TitlePage(Page[TitleItem]):
    more: bool
    available: int
    instead: str | None
    found_by: FoundBy
    facets: dict[str, list[FacetOut]]


@router.get("/titles", response=TitlePage, operation_id="searchTitles", openapi_extra={"parameters": FILTERS})
def search_titles(request: Call, paging: Query[Paging], free: Query[Free]) -> TitlePage:
    """Best first. Repeating a parameter widens, different ones narrow. `instead` are the words that were searched when those
    typed gave nothing. `found_by` is `sound` when no title has the characters typed and these are read the same, `likeness` when
    these only look like the question. `count` and every other number is exact unless `more` is true: then more titles match `q`
    than the 1,000 that were looked at (those in circulation first), all of these numbers are of those, and a value counted 0 may
    be one of others; a further word or filter looks among all. Without `q` the first 2,000 titles can be paged through."""
    filters = TitleFilter(request.GET, reader=request.auth, now=timezone.now())
    if not filters.is_valid():
        raise Invalid({name: [str(text) for text in texts] for name, texts in filters.errors.items()})
    found = catalogue.results(filters=filters, page=paging.page, page_size=paging.page_size)
    return TitlePage.of_shown(
        request, paging, found.count, [_item(row) for row in found.items], reachable=found.reachable,
        more=found.more, available=found.available, instead=found.instead or None, found_by=found.found_by,
        facets={name: [_facet(value) for value in values] for name, values in found.facets.items()},
    )  # fmt: skip


@router.get("/titles/{id}", response=TitleOut, operation_id="getTitle")
def get_title(request: Call, id: str) -> TitleOut:
    """The record, and what can be asked for: kind, mode, status, due date and area, never who. The id of a title that
    was merged into another gives the other."""
    now = timezone.now()
    title = _live(ids.number(id))
    record = library_items.of_title(title.pk, _isbns(title), now=now)
    found = shown_holdings.of_title(title.pk, record=record, reader=request.auth, policy=policies.current(), now=now)
    return _record(title, [serializers.holding(one) for one in found])


def _live(pk: int) -> Title:
    rows = Title.objects.prefetch_related(Prefetch("isbns", TitleIsbn.objects.order_by("sort", "pk")))
    title = rows.filter(pk=pk).first()
    while title is not None and title.merged_into_id is not None:
        title = rows.filter(pk=title.merged_into_id).first()
    if title is None:
        raise NotFound
    return title


def _record(title: Title, found: list[schemas.HoldingOut]) -> TitleOut:
    return TitleOut(
        id=str(title.pk), title=title.title, subtitle=title.subtitle, original_title=title.original_title,
        creators=title.creators, translators=title.translators, publisher=title.publisher, edition=title.edition,
        series=title.series, year=title.year, language=title.language, extent=title.extent, summary=title.summary,
        subjects=title.subjects, classification=title.clc or title.ddc, isbns=_isbns(title),
        credits=[CreditOut(role=credit.role, name=credit.name) for credit in title.credits], series_number=title.series_number,
        languages=title.languages, volumes=title.volumes, numbers=title.numbers, lcc=title.lcc, links=title.links,
        cover_url=serializers.cover_url(title), holdings=found,
    )  # fmt: skip


def _item(row: ResultRow) -> TitleItem:
    title, counts = row.title, row.holdings
    return TitleItem(
        id=str(title.pk), title=title.title, subtitle=title.subtitle, creators=title.creators,
        publisher=title.publisher, year=title.year, language=title.language, isbns=_isbns(title),
        cover_url=serializers.cover_url(title), free_from=serializers.local_date(row.free_from),
        areas=list(row.areas), modes=list(row.modes),
        holdings=HoldingCountsOut(
            personal=counts.personal, library=counts.library, available=counts.available
        ),
    )  # fmt: skip


def _isbns(title: Title) -> list[str]:
    return [row.isbn13 for row in title.isbns.all()]


def _facet(value: FacetValue) -> FacetOut:
    return FacetOut(value=value.value, label=value.label, count=value.count, chosen=value.chosen)
