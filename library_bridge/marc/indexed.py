"""A record that is asked for thirty tags and has ten: each is looked up, and not searched for again. Pure."""

from collections.abc import Iterable
from typing import Any

from pymarc import Field, Record


class IndexedRecord(Record):
    """Made once with all its fields, and not changed afterwards."""

    def __init__(self, leader: Any, fields: Iterable[Field]) -> None:
        super().__init__()
        self.leader = leader
        self.fields = list(fields)
        self._of_tag: dict[str, list[Field]] = {}
        for field in self.fields:
            self._of_tag.setdefault(field.tag, []).append(field)

    def get_fields(self, *tags: Any) -> list[Field]:
        """In the order of the record, as pymarc has it."""
        if len(tags) == 1:
            return self._of_tag.get(tags[0], [])
        if not tags:
            return self.fields
        there = [tag for tag in tags if tag in self._of_tag]
        return super().get_fields(*there) if len(there) > 1 else self._of_tag[there[0]] if there else []

    def get(self, tag: str, default: Any = None) -> Any:
        return found[0] if (found := self._of_tag.get(tag)) else default
