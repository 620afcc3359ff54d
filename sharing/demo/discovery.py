"""What lets readers come upon books: suggestions that some take part in, and journeys of copies that drift."""

from datetime import datetime
from itertools import cycle

from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Title
from sharing import availability, copy_journeys, suggestions
from sharing.demo import words
from sharing.demo.campus import Campus
from sharing.demo.cast import Cast, writes_english
from sharing.models import Lending

TAKING_PART = 6  # readers besides Alice who have some books together
TOGETHER = 4
SHOWN_SINCE = 120  # days ago
LAST_EVENING = (1, 19, 5)  # days ago, hour, minute: nobody acts at night


def load(campus: Campus, cast: Cast) -> None:
    _suggestions(campus, cast)
    _journeys(campus, cast)


def _suggestions(campus: Campus, cast: Cast) -> None:
    """These readers show the same few books on their shelves, one of which Alice has lent."""
    lent = Lending.objects.filter(giver=cast.alice, copy__isnull=False, handed_over_at__isnull=False)
    last = lent.select_related("request__title").order_by("-handed_over_at").first()
    if last is None:
        return
    circle = cast.others[-TAKING_PART:]
    for reader in (cast.alice, *circle):
        suggestions.take_part(actor=reader, now=campus.clock)
    for reader in circle:
        for title in (last.title, *_others(cast, campus.clock)):
            copies.register_copy(title=title, owner=reader, mode=Copy.Mode.DISPLAY, now=campus.day(SHOWN_SINCE, 15, 10))
    suggestions.count(now=campus.clock)


def _others(cast: Cast, now: datetime) -> list[Title]:
    """Books that can be had, and that are none of Alice's."""
    free = (
        availability.free_copies(reader=None, now=now)
        .exclude(owner=cast.alice)
        .exclude(holder=cast.alice)
        .values("title_id")
    )
    hers = Copy.objects.filter(owner=cast.alice).values("title_id")
    return list(
        suggestions.presentable().filter(pk__in=free).exclude(pk__in=hers).order_by("-passed_on", "pk")[:TOGETHER]
    )


def _journeys(campus: Campus, cast: Cast) -> None:
    """Every drifting copy tells its way; of those who had it every third says nothing."""
    notes = cycle(range(len(words.NOTES_ON_THE_WAY[0])))
    for copy in Copy.objects.lendable().filter(mode=Copy.Mode.DRIFT).order_by("pk"):
        copy_journeys.open_journey(copy_id=copy.pk, actor=copy.owner, now=campus.day(*LAST_EVENING))
        holders = dict.fromkeys(record.to_holder for record in copy.custody.select_related("to_holder"))
        for place, reader in enumerate(holders):
            if reader != copy.owner and place % 3:
                _appear(campus, copy, reader, next(notes))


def _appear(campus: Campus, copy: Copy, reader: Reader, note: int) -> None:
    chinese, english = words.NOTES_ON_THE_WAY
    said = english[note % len(english)] if writes_english(reader) else chinese[note]
    copy_journeys.join_journey(copy_id=copy.pk, actor=reader, note=said, now=campus.day(*LAST_EVENING))
