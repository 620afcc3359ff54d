"""Spans of whole days read along with another row: as one text, which both databases can make of them."""

from datetime import date
from typing import Any

from django.db.models import Aggregate, CharField, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

Span = tuple[date, date]


class _Joined(Aggregate):
    """Texts, with a comma between them, in whatever order."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="group_concat", **extra)


class _Day(Cast):
    """A date as YYYY-MM-DD, however the server or the role writes dates (DateStyle)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, CharField())

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="to_char(%(expressions)s, 'YYYY-MM-DD')", **extra)


def in_one_text(rows: QuerySet[Any]) -> Subquery:
    """`first_date` and `last_date` of the rows, for `read`; NULL for none."""
    each = Concat(_Day("first_date"), Value("/"), _Day("last_date"), output_field=TextField())
    joined = rows.order_by().annotate(all_of_them=Value(1)).values("all_of_them").annotate(days=_Joined(each))
    return Subquery(joined.values("days"))


def read(text: str | None) -> list[Span]:
    """In the order of their first days."""
    spans = (span.split("/") for span in (text or "").split(",") if span)
    return sorted((date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)
