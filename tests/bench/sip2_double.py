"""A library of eight pairs of cards with one loan each, behind the SIP2 server, in a process of its own; the folder holds its
database, migrated and empty.

Prints one JSON line when it serves, and ends with its standard input.
"""

import json
import os
import sys
from datetime import timedelta

PAIRS = 8


def main(folder: str) -> None:
    os.environ.update(BOOKRELAY_VAR=folder, DJANGO_SETTINGS_MODULE="config.settings.dev")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from library_bridge.testing.house import House
    from library_bridge.testing.sip2 import Sip2Server

    library, pairs = stocked()
    server = Sip2Server(House(library), login="bench", password="bench")
    server.start()
    print(json.dumps({"port": server.port, "pairs": pairs}), flush=True)
    sys.stdin.read()
    server.stop()


def stocked() -> tuple[object, list[tuple[str, str, str]]]:
    """The library, and of each pair giver, taker and barcode."""
    from django.utils import timezone

    from library_bridge.models import (
        CirculationRule,
        EmbeddedItem,
        EmbeddedLoan,
        EmbeddedPatron,
        EmbeddedRecord,
        ItemType,
        Library,
        PatronCategory,
    )

    now = timezone.now()
    library = Library.objects.create(code="bench", name_zh="图书馆", name_en="Library")
    category = PatronCategory.objects.create(library=library, code="student", name="Students")
    book = ItemType.objects.create(library=library, code="book", name="Books")
    CirculationRule.objects.create(category=category, item_type=book)
    pairs = []
    for number in range(PAIRS):
        giver, taker = (
            EmbeddedPatron.objects.create(library=library, category=category, card_number=f"21{number:03d}{side}")
            for side in (1, 2)
        )
        record = EmbeddedRecord.objects.create(library=library, record_id=str(number), title="拖延心理学")
        item = EmbeddedItem.objects.create(library=library, barcode=f"0110{number:04d}", record=record, item_type=book)
        dates = {"checked_out_at": now, "due_at": now + timedelta(days=20)}
        EmbeddedLoan.objects.create(item=item, patron=giver, **dates)
        pairs.append((giver.card_number, taker.card_number, item.barcode))
    return library, pairs


if __name__ == "__main__":
    main(sys.argv[1])
