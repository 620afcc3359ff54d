"""Everything that the register knows of one reader, and of nobody else (P8, T-R24): once as plain values for programs, once in
words for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import FileField, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from library_bridge import keeping
from library_bridge.keeping import Rows, Topic
from library_bridge.models import Reader

READ = 500
"""Rows fetched at a time."""


@dataclass(frozen=True)
class Table:
    """The rows of one model. `records` are by column; a row that one can be in in several roles says which under `as`."""

    model: str
    labels: dict[str, str]
    records: list[dict[str, Any]]
    files: list[str]
    """Names in the storage that the records speak of."""

    @property
    def in_words(self) -> list[list[str]]:
        choices = {name: _choices(self.model, name) for name in self.labels}
        return [[_word(record[name], choices[name]) for name in self.labels] for record in self.records]


@dataclass(frozen=True)
class Part:
    topic: Topic
    until: str
    tables: list[Table]


def parts(reader: Reader) -> Iterator[Part]:
    for topic in keeping.topics():
        tables = [_table(kept, reader) for kept in keeping.rows() if kept.topic == topic.code]
        yield Part(topic, keeping.until(topic), [table for table in tables if table.records])


def for_programs(found: list[Part]) -> dict[str, Any]:
    """What becomes JSON: moments as in RFC 3339, everything else as it stands in the column."""
    return {
        part.topic.code: {
            "what": str(part.topic.what), "why": str(part.topic.why), "until": part.until,
            "data": {table.model: table.records for table in part.tables},
        }
        for part in found
    }  # fmt: skip


def _table(kept: Rows, reader: Reader) -> Table:
    labels = {name: str(words) for name, words in kept.fields.items()}
    ways = kept.whose if len(kept.whose) > 1 else ()
    records = []
    for row in keeping.of(kept, reader).values(*dict.fromkeys((*ways, *labels))).iterator(READ):
        records.append(_as(ways, row, reader) | {name: row[name] for name in labels})
    return Table(kept.model, ({"as": _("as")} if ways else {}) | labels, records, _files(kept, records))


def _as(ways: tuple[str, ...], row: dict[str, Any], reader: Reader) -> dict[str, str]:
    """`giver` of `lending__giver`, and of `giver__reader`."""
    mine = [way.removesuffix("__reader").split("__")[-1] for way in ways if row[way] == reader.pk]
    return {"as": mine[0]} if mine else {}


def _files(kept: Rows, records: list[dict[str, Any]]) -> list[str]:
    columns = [f.name for f in _model(kept.model)._meta.concrete_fields if isinstance(f, FileField)]
    return [record[name] for record in records for name in columns if record.get(name)]


def _model(label: str) -> type[Model]:
    return apps.get_model(label)


def _choices(label: str, name: str) -> dict[Any, str]:
    field = next((f for f in _model(label)._meta.concrete_fields if f.name == name), None)
    return {value: str(words) for value, words in getattr(field, "flatchoices", [])}


def _word(value: Any, choices: dict[Any, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(_word(one, choices) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_word(one, {})}" for name, one in value.items())
    return "" if value is None else choices.get(value, str(value))
