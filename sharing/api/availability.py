"""For a library's own catalogue: whether readers would pass a book on. Public, cached, never who."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from personal_catalog import isbn
from personal_catalog.models import Title, TitleIsbn
from sharing import availability, policies
from sharing.api import visitors
from sharing.api.problems import Invalid
from sharing.api.serializers import address
from sharing.availability import PERSONAL, Held

router = Router(tags=["catalogue"])
LONGEST = 100


def _for_any_site(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals too: without the header a script could not even read what was wrong. Whoever has the answer already is told
    so (304)."""

    @wraps(view)
    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        given = view(request, **path)
        if given.status_code == HTTPStatus.OK:
            given["ETag"] = f'"{sha256(given.content).hexdigest()[:32]}"'
            given = get_conditional_response(request, etag=given["ETag"], response=given) or given
        given["Access-Control-Allow-Origin"] = "*"
        return given

    return answer


router.add_decorator(_for_any_site, mode="view")


class AvailableOut(BaseModel):
    isbn: str
    isbn13: str | None
    readers: int
    copies: int
    library_loans: int
    areas: list[str]
    url: str | None


@dataclass(frozen=True)
class Counted:
    """Of one title, as it may be kept in a cache: numbers and areas only."""

    title_id: int | None = None
    readers: int = 0
    copies: int = 0
    library_loans: int = 0
    areas: tuple[str, ...] = ()


MOST = 50
SECONDS = 30  # here and again at the caller: what is withdrawn is gone within a minute (T-R22)


class Availability(BaseModel):
    count: int
    items: list[AvailableOut]


@router.get("/availability", response=Availability, operation_id="getAvailability")
def get_availability(request: HttpRequest, response: HttpResponse, isbn: Query[list[str]]) -> Availability:
    """Per ISBN, in the order asked: how many readers would pass it on now, their copies and library loans, where, and a link."""
    visitors.count_call(request, now=timezone.now())
    if len(isbn) > MOST:
        raise Invalid({"isbn": [_("At most %(max_length)s entries, please.") % {"max_length": MOST}]})
    if any(len(text) > LONGEST for text in isbn):
        raise Invalid({"isbn": [_("At most %(max_length)s characters, please.") % {"max_length": LONGEST}]})
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    items = _items(isbn)
    return Availability(count=len(items), items=items)


@router.api_operation(["OPTIONS"], "/availability", include_in_schema=False)
def ask_before(request: HttpRequest) -> HttpResponse:
    """What a browser asks before it lets a script add headers of its own."""
    methods = "GET, HEAD, OPTIONS"
    given = {"Allow": methods, "Access-Control-Allow-Methods": methods, "Access-Control-Allow-Headers": "*"}
    return HttpResponse(status=204, headers={**given, "Access-Control-Max-Age": "86400"})


def _items(texts: list[str]) -> list[AvailableOut]:
    numbers = {text: isbn.isbn13_in(text) for text in texts}
    wanted = sorted({number for number in numbers.values() if number})
    key = f"availability:{sha256(','.join(wanted).encode()).hexdigest()}"
    found: dict[str, Counted] = cache.get_or_set(key, lambda: _found(wanted), SECONDS) or {}
    return [_item(text, number, found.get(number, Counted())) for text, number in numbers.items()]


def _found(numbers: list[str]) -> dict[str, Counted]:
    """Three queries, however many numbers."""
    rows = TitleIsbn.objects.filter(isbn13__in=numbers).exclude(title__status__in=Title.UNSEEN)
    titles = dict(rows.values_list("isbn13", "title_id"))
    held = availability.of_titles(titles.values(), reader=None, policy=policies.current(), now=timezone.now())
    return {number: _counted(pk, [one for one in held.get(pk, []) if one.free]) for number, pk in titles.items()}


def _counted(title_id: int, free: list[Held]) -> Counted:
    copies = sum(1 for one in free if one.kind == PERSONAL)
    readers = len({one.holder_id for one in free})
    areas = tuple(sorted({one.area for one in free if one.area}))
    return Counted(title_id, readers, copies, len(free) - copies, areas)


def _item(text: str, number: str, of: Counted) -> AvailableOut:
    return AvailableOut(
        isbn=text, isbn13=number or None, readers=of.readers, copies=of.copies, library_loans=of.library_loans,
        areas=list(of.areas), url=address(reverse("title", args=[of.title_id])) if of.title_id else None,
    )  # fmt: skip
