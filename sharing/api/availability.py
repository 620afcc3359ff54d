"""For a library's own catalogue: whether readers would pass a book on. Public, cached, never who."""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from personal_catalog import isbn
from personal_catalog.models import TitleIsbn
from sharing import availability, policies
from sharing.api.problems import Invalid
from sharing.api.serializers import address
from sharing.availability import PERSONAL, Held

router = Router(tags=["catalogue"])
LONGEST = 100


def _for_any_site(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals too: without the header a script could not even read what was wrong."""

    @wraps(view)
    def answer(request: HttpRequest, **path: str) -> HttpResponse:
        given = view(request, **path)
        given["Access-Control-Allow-Origin"] = "*"
        return given

    return answer


router.add_decorator(_for_any_site, mode="view")


class AvailableOut(BaseModel):
    isbn: str
    isbn13: str | None
    copies: int
    library_loans: int
    areas: list[str]
    url: str | None


Found = dict[str, tuple[int, list[Held]]]

MOST = 50
SECONDS = 30  # here and again at the caller: what is withdrawn is gone within a minute (T-R22)


class Availability(BaseModel):
    count: int
    items: list[AvailableOut]


@router.get("/availability", response=Availability, operation_id="getAvailability")
def get_availability(request: HttpRequest, response: HttpResponse, isbn: Query[list[str]]) -> Availability:
    """Per ISBN, in the order asked: copies and library loans that readers would pass on now, where, and a link."""
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
    numbers = {text: _thirteen(text) for text in texts}
    wanted = sorted({number for number in numbers.values() if number})
    key = f"availability:{sha256(','.join(wanted).encode()).hexdigest()}"
    found: Found = cache.get_or_set(key, lambda: _found(wanted), SECONDS) or {}
    return [_item(text, number, *found.get(number, (None, []))) for text, number in numbers.items()]


def _thirteen(text: str) -> str:
    try:
        return isbn.parse(text).isbn13
    except isbn.NotAnIsbn:
        return ""


def _found(numbers: list[str]) -> Found:
    """Three queries, however many numbers."""
    titles = dict(
        TitleIsbn.objects.filter(isbn13__in=numbers, title__merged_into=None).values_list("isbn13", "title_id")
    )
    held = availability.of_titles(titles.values(), policy=policies.current(), now=timezone.now())
    free = defaultdict(list, {pk: [one for one in rows if one.free] for pk, rows in held.items()})
    return {number: (pk, free[pk]) for number, pk in titles.items()}


def _item(text: str, number: str, title_id: int | None, free: list[Held]) -> AvailableOut:
    copies = sum(1 for one in free if one.kind == PERSONAL)
    return AvailableOut(
        isbn=text, isbn13=number or None, copies=copies, library_loans=len(free) - copies,
        areas=sorted({one.area for one in free if one.area}),
        url=address(reverse("title", args=[title_id])) if title_id else None,
    )  # fmt: skip
