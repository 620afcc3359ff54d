"""The demo campus, as far as the library goes: Huanxi University Library, its cards, its stock, who has what.

All of it is invented; the same seed always gives the same campus. Loaded once: a second run finds it and changes nothing.
"""

from datetime import datetime
from random import Random

from django.db import transaction

from library_bridge.demo import circulation, people, stock
from library_bridge.loans import refresh_loans
from library_bridge.models import Library
from library_bridge.patrons import refresh_patron
from library_bridge.personas import DEMO_LIBRARY

SEED = 20150801


@transaction.atomic
def load(*, now: datetime) -> None:
    library, made = Library.objects.get_or_create(
        code=DEMO_LIBRARY,
        defaults={"name_zh": "浣溪大学图书馆", "name_en": "Huanxi University Library", "adapter": "embedded"},
    )
    if not made:
        return
    random = Random(SEED)
    rules = circulation.make_rules(library)
    cards = people.make_cards(library, rules, now=now)
    items = stock.make_items(library, rules, random)
    circulation.lend(cards, items, random, library=library, now=now)
    for patron in people.make_readers(library, random, now=now):
        refresh_patron(patron=patron, now=now)
        refresh_loans(patron=patron, now=now)
    people.make_staff()
