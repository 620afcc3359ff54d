"""Some three hundred records of the campus list and their items."""

import csv
from random import Random

from django.conf import settings

from library_bridge.demo.circulation import Rules
from library_bridge.models import EmbeddedIsbn, EmbeddedItem, EmbeddedRecord, Library

RECORDS = 300
WISHED_FOR = 12  # the first rows: the titles most passed on, of which the library has two each
SECOND_ITEMS = 20
BRANCHES = ("总馆", "理工分馆", "虎溪分馆")


def make_items(library: Library, rules: Rules, random: Random) -> list[EmbeddedItem]:
    """In the order of the records, the wished-for ones first; second items stand at the end."""
    with settings.DEMO_TITLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rest = rows[WISHED_FOR:]
    picked = rows[:WISHED_FOR] + random.sample(rest, min(len(rest), RECORDS - WISHED_FOR))
    records = make_records(library, picked)
    twice = records[:WISHED_FOR] + random.sample(records[WISHED_FOR:], min(len(records[WISHED_FOR:]), SECOND_ITEMS))
    items = [
        EmbeddedItem(
            library=library,
            barcode=f"0110{place:04d}",
            record=record,
            item_type=rules.item_types[kind_of(place)],
            branch=random.choice(BRANCHES),
        )
        for place, record in enumerate([*records, *twice])
    ]
    return EmbeddedItem.objects.bulk_create(items)


def kind_of(place: int) -> str:
    if place < WISHED_FOR or place >= RECORDS:
        return "book"
    if place % 20 == 7:
        return "reference"
    return "course-reserve" if place % 20 == 13 else "book"


def make_records(library: Library, rows: list[dict[str, str]]) -> list[EmbeddedRecord]:
    running: dict[str, int] = {}
    records = []
    for number, row in enumerate(rows, start=1):
        shelf = row["clc"] or row["ddc"] or "Z"
        running[shelf] = running.get(shelf, 0) + 1
        records.append(_record(library, row, f"{number:06d}", f"{shelf}/{running[shelf]}"))
    EmbeddedRecord.objects.bulk_create(records)
    with_isbn = [(record, row["isbn13"]) for record, row in zip(records, rows, strict=True) if row["isbn13"]]
    EmbeddedIsbn.objects.bulk_create([EmbeddedIsbn(record=record, isbn13=isbn) for record, isbn in with_isbn])
    return records


def _record(library: Library, row: dict[str, str], record_id: str, call_number: str) -> EmbeddedRecord:
    return EmbeddedRecord(
        library=library,
        record_id=record_id,
        title=row["title"],
        subtitle=row["subtitle"],
        creators=_list(row["creators"]),
        translators=_list(row["translators"]),
        publisher=row["publisher"],
        year=int(row["year"]) if row["year"] else None,
        language=row["language"],
        clc=row["clc"],
        ddc=row["ddc"],
        subjects=_list(row["subjects"]),
        call_number=call_number,
    )


def _list(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]
