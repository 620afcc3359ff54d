"""All records that a library system lists through the port. It begins anew after a crash: what is known already is quick."""

from collections.abc import Iterator
from dataclasses import replace

from library_bridge.marc import files
from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken, Unusable
from library_bridge.ports import BibliographicRecord, LibrarySystem
from library_bridge.records.portions import Portion, in_portions


class SystemRecords:
    name, key, lists_all = "system", "", True

    def __init__(self, system: LibrarySystem) -> None:
        self.system = system

    def portions(self, after: str) -> Iterator[Portion]:
        numbered = enumerate(self.system.records(), 1)
        for changes in in_portions(read(record, number) for number, record in numbered):
            yield Portion(changes)


def read(record: BibliographicRecord, number: int) -> Read:
    """With the fields of its MARC where it brings any; how many items there are the system knows better."""
    if not record.marc:
        return record
    try:
        made = files.one(record.marc, record_id=record.record_id)
    except Unusable as problem:
        return Broken(number, record.record_id, problem.reason, problem.mend)
    if not isinstance(made, BibliographicRecord):
        return made
    return replace(made, item_count=record.item_count, call_number=record.call_number or made.call_number)
