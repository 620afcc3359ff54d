"""A MARC 21 record whose fields come in the book's own script. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from library_bridge.marc import words
from library_bridge.marc.fields import Field, Record


@dataclass(frozen=True, slots=True)
class Card:
    """A record whose fields come in the book's own script."""

    record: Record
    twins: dict[tuple[str, str], Field]

    @classmethod
    def of(cls, record: Record) -> "Card":
        """`880 $6 245-01/$1` is the twin of the 245 with `$6 880-01`; number 00 stands alone."""
        twins: dict[tuple[str, str], Field] = {}
        for field in record.all("880"):
            link = field.get("6")
            if link[4:6] not in ("", "00") and words.is_vernacular(field.text()):
                twins[link[:3], link[4:6]] = field
        return cls(record, twins)

    def fields(self, tags: Iterable[str]) -> list[Field]:
        found = self.record.by_tag(tags)
        return [self._own(field) for field in found] if self.twins else found

    def _own(self, field: Field) -> Field:
        """Its twin, where that is in the book's own script and this is not."""
        twin = self.twins.get((field.tag, field.get("6")[4:6]))
        return twin if twin and not words.is_vernacular(field.text()) else field

    def first(self, tags: Iterable[str], codes: str, wanted: Callable[[Field], bool] | None = None) -> str:
        for field in self.fields(tags):
            if wanted is None or wanted(field):
                for code, text in field.parts:
                    if code in codes:
                        return text
        return ""

    def every(self, tags: Iterable[str], codes: str) -> list[str]:
        return list(dict.fromkeys(text for field in self.fields(tags) for text in words.values(field, codes)))

    def in_order(self, tags: frozenset[str]) -> Iterator[tuple[str, Field]]:
        """Fields of these tags as they stand in the record; the tag of a twin is that of the field beside it."""
        for field in self.record.in_order(tags):
            yield field.tag, self._own(field) if self.twins else field
