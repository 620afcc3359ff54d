"""A library of eight pairs of cards with one loan each, and of readers with some, behind the SIP2 server, in a process of its
own; the folder holds its database, migrated and empty.

Prints one JSON line when it serves, and ends with its standard input.
"""

import json
import os
import sys
from datetime import timedelta

PAIRS = 8
VISITORS, MOST_LOANS, ON_THE_SHELF = 24, 9, 120
PIN = "246810"


def main(folder: str) -> None:
    os.environ.update(BOOKRELAY_VAR=folder, DJANGO_SETTINGS_MODULE="config.settings.dev")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # what a PIN costs is not measured
    from library_bridge.testing.house import House
    from library_bridge.testing.sip2 import Sip2Server

    library, about = stocked()
    server = Sip2Server(House(library), login="bench", password="bench")
    server.start()
    print(json.dumps({"port": server.port, "pin": PIN, **about}), flush=True)
    sys.stdin.read()
    server.stop()


def stocked() -> tuple[object, dict[str, object]]:
    """The library; of each pair giver, taker and barcode; the visitors' cards, and barcodes on the shelf."""
    from django.contrib.auth.hashers import make_password
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
    category = PatronCategory.objects.create(library=library, code="student", name="Students", loan_limit=50)
    book = ItemType.objects.create(library=library, code="book", name="Books")
    CirculationRule.objects.create(category=category, item_type=book)

    def item(barcode: str) -> EmbeddedItem:
        record = EmbeddedRecord.objects.create(library=library, record_id=barcode, title="拖延心理学")
        return EmbeddedItem.objects.create(library=library, barcode=barcode, record=record, item_type=book)

    dates = {"checked_out_at": now, "due_at": now + timedelta(days=20)}
    pairs = []
    for number in range(PAIRS):
        giver, taker = (
            EmbeddedPatron.objects.create(library=library, category=category, card_number=f"21{number:03d}{side}")
            for side in (1, 2)
        )
        loan = EmbeddedLoan.objects.create(item=item(f"0110{number:04d}"), patron=giver, **dates)
        pairs.append((giver.card_number, taker.card_number, loan.item.barcode))
    pin, cards = make_password(PIN), [f"22{number:03d}" for number in range(VISITORS)]
    for number, card in enumerate(cards):
        visitor = EmbeddedPatron.objects.create(library=library, category=category, card_number=card, pin=pin)
        for place in range(number % MOST_LOANS):
            EmbeddedLoan.objects.create(item=item(f"0220{number:02d}{place:02d}"), patron=visitor, **dates)
    free = [item(f"0330{number:04d}").barcode for number in range(ON_THE_SHELF)]
    return library, {"pairs": pairs, "visitors": cards, "free": free}


if __name__ == "__main__":
    main(sys.argv[1])
