"""What stands round every page of a signed-in reader: two counts, the name of the library, and which tools of the apps above
stand in the header. One query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Model, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from library_bridge.models import Library, Patron, Reader
from sharing import prepared, todo
from sharing.models import Notification
from sharing.prepared import NOW, READER
from sharing.typography import page_language


@dataclass(frozen=True)
class Frame:
    todo: int = 0
    unread: int = 0
    library_name: str = ""
    tools: frozenset[str] = frozenset()


_tools: dict[str, Callable[[], Q]] = {}
"""Written while the apps start, never after."""


def offer_tool(name: str, wanted: Callable[[], Q]) -> None:
    """An app above puts a tool of its own into the header of those readers to whom the condition applies: else the header
    would lead to a page that is not there. Asked in the same query as the rest."""
    _tools[name] = wanted


def of(reader: Reader, *, now: datetime) -> Frame:
    told = {"reader": reader.pk, "now": now}
    ((waiting, news, library, *tools),) = prepared.run(_around, page_language() == "en", values=told)
    return Frame(waiting, news, library, frozenset(filter(None, tools)))


def _around(in_english: bool) -> "QuerySet[Reader, tuple[Any, ...]]":
    name = "name_en" if in_english else "name_zh"
    mine = Patron.objects.filter(reader=READER).order_by("pk").values(f"library__{name}")[:1]
    first = Library.objects.filter(is_active=True).order_by("pk").values(name)[:1]
    asks, acts = todo.asks_to_answer(READER), todo.lendings_to_act_on(READER, NOW)
    unread = Notification.objects.filter(reader=READER, read_at=None)
    shown = [Case(When(wanted(), then=Value(tool)), default=Value("")) for tool, wanted in _tools.items()]
    return Reader.objects.filter(pk=READER).values_list(
        _count(asks) + _count(acts), _count(unread), Coalesce(Subquery(mine), Subquery(first), Value("")), *shown
    )


def library_name() -> str:
    """For visitors: the first library served."""
    named = next(prepared.run(_first_library, page_language() == "en", values={}), None)
    return str(named[0]) if named else ""


def _first_library(in_english: bool) -> "QuerySet[Library, tuple[Any, ...]]":
    names = Library.objects.filter(is_active=True).order_by("pk")
    return names.values_list("name_en" if in_english else "name_zh")[:1]


def _count(rows: QuerySet[Model]) -> Coalesce:
    counted = rows.select_related(None).prefetch_related(None).order_by().values(one=Value(1))
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), Value(0))
