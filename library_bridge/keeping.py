"""What is kept of persons, why, and how long: the one register from which the privacy page, a reader's export, the erasing of
an account and the retention job are made (P4, P6, P8).

Each app says it in its `personal_data`: TOPICS, ROWS, and NOT_PERSONAL for what looks like it and is not: models (`app.Model`)
and single columns (`app.Model.column`). A test walks all models and refuses a field that is named nowhere.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from library_bridge import registers
from library_bridge.models import Reader

Words = str | Promise
Value = Any
"""What a column is left with: a value, or a function of the row's primary key."""


class Topic(NamedTuple):
    """One paragraph of the privacy page. `until` may name %(days)s, which is `settings.KEEP_DAYS[days]`."""

    code: str
    what: Words
    why: Words
    until: Words
    days: str = ""


class Forget(NamedTuple):
    """`settings.KEEP_DAYS[days]` days after the moment in `since` a row is deleted, or its columns get what `leaves` says."""

    days: str
    since: str
    leaves: Mapping[str, Value] | None = None


class Rows(NamedTuple):
    """The rows of one model that are about a person."""

    model: str
    whose: tuple[str, ...]
    """The ways from a row to the reader whom it is about; with their names an export says which of them one is."""
    topic: str
    fields: Mapping[str, Words]
    """Column, or way to one, and what it is in plain words: all of it goes into the export."""
    plain: tuple[str, ...] = ()
    """Columns that say nothing about anybody: keys, counters, what only the service needs."""
    erased: Mapping[str, Value] | None = None
    """With the account: None deletes the row, else these columns get these values and the rest stays without a person."""
    forget: Forget | None = None


def topics() -> list[Topic]:
    return [topic for module in registers.modules("personal_data") for topic in module.TOPICS]


def rows() -> list[Rows]:
    return [row for module in registers.modules("personal_data") for row in module.ROWS]


def hooks(name: str) -> Iterator[Callable[..., Any]]:
    """What an app does besides, upper apps first: they may still need what lies below."""
    for module in reversed(list(registers.modules("personal_data"))):
        if hasattr(module, name):
            yield getattr(module, name)


def of(kept: Rows, reader: Reader) -> QuerySet[Any]:
    """A row that leads to the reader by two ways comes once."""
    mine = reduce(or_, (Q(**{way: reader.pk}) for way in kept.whose))
    model: type[Model] = apps.get_model(kept.model)
    return model._base_manager.filter(pk__in=model._base_manager.filter(mine).values("pk")).order_by("pk")


def days(name: str) -> int:
    return int(settings.KEEP_DAYS[name])


def until(topic: Topic) -> str:
    return str(topic.until) % {"days": days(topic.days)} if topic.days else str(topic.until)
