"""What a client of Koha's API asks for, as rows of the embedded system: filters, `q`, embeds, pages."""

import json
import re
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.embedded.models import EmbeddedItem, EmbeddedLoan, EmbeddedPatron, EmbeddedRecord
from library_bridge.testing.http_double import Reply, Request
from library_bridge.testing.koha_rows import Row, hyphens

DEFAULT_PAGE = 20

T = TypeVar("T", bound=Model)


def patrons(system: EmbeddedSystem) -> QuerySet[EmbeddedPatron]:
    return EmbeddedPatron.objects.filter(library=system.library).select_related("category", "library")


def items(system: EmbeddedSystem) -> QuerySet[EmbeddedItem]:
    found = EmbeddedItem.objects.filter(library=system.library).select_related("record", "item_type")
    return found.prefetch_related("record__isbns")


def loans(system: EmbeddedSystem) -> QuerySet[EmbeddedLoan]:
    found = EmbeddedLoan.objects.filter(item__library=system.library)
    return found.select_related("item__record", "item__item_type", "patron__category", "patron__library")


def records(system: EmbeddedSystem, request: Request) -> list[EmbeddedRecord]:
    """By number, or by ISBN with `-like`, which looks into the field as it was typed."""
    found = EmbeddedRecord.objects.filter(library=system.library).prefetch_related("isbns").order_by("pk")
    condition = _condition(request)
    if numbers := condition.get("biblio_id"):
        return list(found.filter(pk__in=_numbers(numbers)))
    if like := condition.get("isbn"):
        wanted = re.compile(".*".join(map(re.escape, like["-like"].split("%"))))
        return [row for row in found if any(wanted.fullmatch(hyphens(isbn.isbn13)) for isbn in row.isbns.all())]
    return list(found)


def asked(found: QuerySet[T], request: Request, **columns: str) -> QuerySet[T]:
    """By the numbers in `q`; `columns` says which of ours each name of Koha's is."""
    for name, numbers in _condition(request).items():
        found = found.filter(**{f"{columns[name]}__in": _numbers(numbers)})
    return found


def _condition(request: Request) -> dict[str, Any]:
    condition: dict[str, Any] = json.loads(request.params.get("q", "{}"))
    return {name.removeprefix("me."): value for name, value in condition.items()}


def _numbers(asked_for: object) -> list[int]:
    return asked_for if isinstance(asked_for, list) else [asked_for]  # type: ignore[list-item]


def matching(found: QuerySet[T], column: str, name: str, request: Request) -> QuerySet[T]:
    """`contains` unless another `_match` is asked for; never mind capitals."""
    if (value := request.params.get(name)) is None:
        return found
    lookup = {"exact": "iexact", "starts_with": "istartswith"}.get(request.params.get("_match", ""), "icontains")
    return found.filter(**{f"{column}__{lookup}": value})


def embeds(request: Request) -> list[str]:
    return [each.strip() for each in request.headers.get("x-koha-embed", "").split(",") if each]


def paged(request: Request, found: list[Row]) -> Reply:
    number, size = int(request.params.get("_page", 1)), int(request.params.get("_per_page", DEFAULT_PAGE))
    shown = found if size == -1 else found[(number - 1) * size : number * size]
    total = str(len(found))
    return Reply(body=shown, headers={"X-Total-Count": total, "X-Base-Total-Count": total})
