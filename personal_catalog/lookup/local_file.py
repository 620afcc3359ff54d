"""A list of records that an administrator names in LOOKUP_LOCAL_FILE: lookups without any network."""

from collections.abc import Sequence

from personal_catalog.facts import BookFacts, from_json
from personal_catalog.lookup.load import load_when_changed
from personal_catalog.models import LocalRecord


class LocalFile:
    name = "local_file"

    def find(self, isbn13: str) -> BookFacts | None:
        load_when_changed()
        record = LocalRecord.objects.filter(isbn13=isbn13).first()
        return from_json({**record.facts, "isbns": [isbn13]}) if record else None

    def knows(self, isbns: Sequence[str]) -> set[str]:
        load_when_changed()
        return set(LocalRecord.objects.filter(isbn13__in=isbns).values_list("isbn13", flat=True))
