"""A MARC file on this machine. Its place is the number of records that are done."""

from collections.abc import Iterator
from pathlib import Path

from library_bridge.marc import files
from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken
from library_bridge.records.portions import Portion, in_portions


class MarcFile:
    """`complete`: the file holds every record of the library, so what is not in it is gone."""

    name = "file"

    def __init__(self, path: Path, *, encoding: str = "", complete: bool = False) -> None:
        self.path, self.encoding, self.lists_all = path, encoding, complete
        seen = path.stat()
        self.key = f"{path.resolve()} {seen.st_size} {seen.st_mtime_ns} {encoding}"

    def portions(self, after: str) -> Iterator[Portion]:
        done, changes = int(after or 0), tuple[Read, ...]()
        with self.path.open("rb") as stream:
            for changes in in_portions(files.read(stream, encoding=self.encoding, skip=done)):
                done += len(changes)
                yield Portion(changes, place=str(done))
        if changes and isinstance(changes[-1], Broken):  # its end may be missing, and more than this record with it
            self.lists_all = False
