"""Records a second from a MARC file into the catalogue, search index included, beside pymarc's bare reading of the same file.

Rounds alternate, as with the pages; each brings new books, made from the campus list under other numbers.
"""

import csv
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

ROUNDS = 3
RECORDS = 2_000  # in each round
AT_LEAST = 500


def report() -> None:
    rates: dict[str, list[float]] = {"pymarc alone": [], "harvest, new": [], "harvest, again": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            path = Path(folder) / f"{number}.mrc"
            path.write_bytes(_made(number * RECORDS))
            rates["pymarc alone"].append(_rate(lambda path=path: _read(path)))
            rates["harvest, new"].append(_rate(lambda path=path: _harvest(path)))
            rates["harvest, again"].append(_rate(lambda path=path: _harvest(path)))
    bare = statistics.median(rates["pymarc alone"])
    print(f"\n{'MARC file':<28}{'records/s':>10}{'of pymarc alone':>20}   (a new record: at least {AT_LEAST} a second)")
    for name, measured in rates.items():
        rate = statistics.median(measured)
        print(f"{name:<28}{rate:>10.0f}{rate / bare:>19.1%}")


def _rate(act: object) -> float:
    started = perf_counter()
    act()  # type: ignore[operator]
    return RECORDS / (perf_counter() - started)


def _read(path: Path) -> None:
    from pymarc import MARCReader

    with path.open("rb") as stream:
        assert sum(1 for _record in MARCReader(stream)) == RECORDS


def _harvest(path: Path) -> None:
    from django.utils import timezone

    from library_bridge.models import Library
    from library_bridge.records.marc_file import MarcFile
    from sharing import harvests

    library, _made = Library.objects.get_or_create(code="bench", defaults={"name_zh": "馆", "name_en": "Library"})
    row = harvests.harvest_library(library, source=MarcFile(path), now=timezone.now())
    assert row.figures["records"] == RECORDS, row.figures


def _made(first: int) -> bytes:
    from django.conf import settings

    from tests.library_bridge.marc_records import cnmarc

    with settings.DEMO_TITLES.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["title"]]
    made = bytearray()
    for number in range(first, first + RECORDS):
        row = rows[number % len(rows)]
        said = [("a", row["title"]), ("f", f"{row['creators']}著"), ("e", f"第{number}版")]
        made += cnmarc(f"m{number}", _010=[("a", _isbn13(number))], _200=said, _701=None).as_marc()
    return bytes(made)


def _isbn13(number: int) -> str:
    twelve = f"97971{number:07d}"
    return f"{twelve}{-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve)) % 10}"
