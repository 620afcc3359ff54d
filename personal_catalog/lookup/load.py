"""Reading a list of books, in any form that an import can have, into LocalRecord."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from personal_catalog.facts import BookFacts
from personal_catalog.files import kinds
from personal_catalog.models import LocalList, LocalRecord

BATCH = 1_000
LOOK_AGAIN_SECONDS = 60
MOST_BYTES_WHILE_WAITING = 5_000_000  # a larger list is read by the command, not while a reader waits


def load_when_changed() -> None:
    """Reads settings.LOOKUP_LOCAL_FILE when it is new or has changed; looks at it at most once a minute."""
    if not settings.LOOKUP_LOCAL_FILE or not cache.add("lookup:local_file:looked", True, LOOK_AGAIN_SECONDS):
        return
    path = Path(settings.LOOKUP_LOCAL_FILE)
    if not path.is_file() or path.stat().st_size > MOST_BYTES_WHILE_WAITING:
        return
    if not LocalList.objects.filter(path=str(path)[:500], state=_state(path)).exists():
        load_local_records(path)


def load_local_records(path: Path) -> tuple[int, int]:
    """Adds or renews one record per ISBN; returns (kept, left out). Rows without a valid ISBN or a title are left out."""
    kept = left_out = 0
    rows = _rows(path)
    while batch := list(islice(rows, BATCH)):
        good = {facts.isbns[0]: facts for facts in batch if facts is not None and facts.isbns and facts.title}
        LocalRecord.objects.bulk_create(
            (LocalRecord(isbn13=isbn13, facts=facts.to_json()) for isbn13, facts in good.items()),
            update_conflicts=True,
            unique_fields=["isbn13"],
            update_fields=["facts"],
        )
        kept, left_out = kept + len(good), left_out + len(batch) - len(good)
    LocalList.objects.update_or_create(path=str(path)[:500], defaults={"state": _state(path)})
    return kept, left_out


def _state(path: Path) -> str:
    seen = path.stat()
    return f"{seen.st_size} {seen.st_mtime_ns}"


def _rows(path: Path) -> Iterator[BookFacts | None]:
    with path.open("rb") as file:
        for row in kinds.read(file).rows:
            yield None if row.problem else row.facts
