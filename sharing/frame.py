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
    name = _name_field()
    mine = Patron.objects.filter(reader=reader).order_by("pk").values(f"library__{name}")[:1]
    first = Library.objects.filter(is_active=True).order_by("pk").values(name)[:1]
    asks, acts = todo.asks_to_answer(reader), todo.lendings_to_act_on(reader, now)
    unread = Notification.objects.filter(reader=reader, read_at=None)
    shown = [Case(When(wanted(), then=Value(name)), default=Value("")) for name, wanted in _tools.items()]
    row = Reader.objects.filter(pk=reader.pk).values_list(
        _count(asks) + _count(acts), _count(unread), Coalesce(Subquery(mine), Subquery(first), Value("")), *shown
    )
    waiting, news, library, *tools = row.get()
    return Frame(waiting, news, library, frozenset(filter(None, tools)))


def library_name() -> str:
    """For visitors: the first library served."""
    named = next(prepared.run(_first_library, page_language() == "en", values={}), None)
    return str(named[0]) if named else ""


def _first_library(in_english: bool) -> "QuerySet[Library, tuple[Any, ...]]":
    names = Library.objects.filter(is_active=True).order_by("pk")
    return names.values_list("name_en" if in_english else "name_zh")[:1]


def _name_field() -> str:
    return "name_en" if page_language() == "en" else "name_zh"


def _count(rows: QuerySet[Model]) -> Coalesce:
    counted = rows.select_related(None).prefetch_related(None).order_by().values(one=Value(1))
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), Value(0))
