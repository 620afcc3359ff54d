"""What stands round every page of a signed-in reader: two counts and the name of the library. One query."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from library_bridge.models import Library, Patron, Reader
from sharing import todo
from sharing.models import Notification
from sharing.typography import page_language


@dataclass(frozen=True)
class Frame:
    todo: int = 0
    unread: int = 0
    library_name: str = ""


def of(reader: Reader, *, now: datetime) -> Frame:
    name = _name_field()
    mine = Patron.objects.filter(reader=reader).order_by("pk").values(f"library__{name}")[:1]
    first = Library.objects.filter(is_active=True).order_by("pk").values(name)[:1]
    asks, acts = todo.asks_to_answer(reader), todo.lendings_to_act_on(reader, now)
    unread = Notification.objects.filter(reader=reader, read_at=None)
    row = Reader.objects.filter(pk=reader.pk).values_list(
        _count(asks) + _count(acts), _count(unread), Coalesce(Subquery(mine), Subquery(first), Value(""))
    )
    return Frame(*row.get())


def library_name() -> str:
    """For visitors: the first library served."""
    names = Library.objects.filter(is_active=True).order_by("pk").values_list(_name_field(), flat=True)
    return names.first() or ""


def _name_field() -> str:
    return "name_en" if page_language() == "en" else "name_zh"


def _count(rows: QuerySet[Model]) -> Coalesce:
    counted = rows.select_related(None).prefetch_related(None).order_by().values(one=Value(1))
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), Value(0))
