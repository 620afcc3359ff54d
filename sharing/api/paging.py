"""Lists answer {count, next, previous, items}, 20 at a time, up to 100."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Self, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import BaseModel, Field

Item = TypeVar("Item")
Row = TypeVar("Row")


class Paging(BaseModel):
    page: int = Field(1, ge=1, le=100_000)
    page_size: int = Field(20, ge=1, le=100)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size


class Page(BaseModel, Generic[Item]):
    count: int
    next: str | None
    previous: str | None
    items: list[Item]

    @classmethod
    def of(
        cls,
        request: HttpRequest,
        paging: Paging,
        rows: "QuerySet[Any, Row] | Sequence[Row]",
        item: Callable[[Row], Item],
        **more: Any,
    ) -> Self:
        """A page past the end is empty, not an error: a list may have become shorter meanwhile."""
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
        shown = rows[paging.first : paging.first + paging.page_size]
        return cls.of_shown(request, paging, count, [item(row) for row in shown], **more)

    @classmethod
    def of_shown(
        cls,
        request: HttpRequest,
        paging: Paging,
        count: int,
        items: list[Item],
        *,
        reachable: int | None = None,
        **more: Any,
    ) -> Self:
        """For a list of which somebody else has cut the page. `reachable`: how many can be paged through, if not all."""
        last = max(1, -(-(count if reachable is None else reachable) // paging.page_size))
        return cls(
            count=count,
            next=_address(request, paging.page + 1) if paging.page < last else None,
            previous=_address(request, min(paging.page - 1, last)) if paging.page > 1 else None,
            items=items,
            **more,
        )


def _address(request: HttpRequest, page: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")
