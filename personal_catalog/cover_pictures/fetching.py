"""Covers from outside: each fetched once, by the sweep, while no page waits (T-R13, T-D3)."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings

from personal_catalog import isbn
from personal_catalog.cover_pictures import choosing, kept, making
from personal_catalog.cover_pictures.making import Made
from personal_catalog.cover_pictures.wanted import claim_due
from personal_catalog.lookup import pace, servers
from personal_catalog.lookup.fetch import get
from personal_catalog.lookup.servers import CoverServer
from personal_catalog.lookup.sources import SourceUnavailable
from personal_catalog.models import CoverSearch, Title
from personal_catalog.pictures import PictureRefused
from personal_catalog.titles import CURATOR

logger = logging.getLogger(__name__)
TYPES = {"image/jpeg", "image/png", "image/webp"}
ACCEPT = "image/webp, image/jpeg, image/png"
MOST_BYTES = 5_000_000
MOST_TRIES = 8
SECONDS = 10  # of one round of the sweep
SOON = timedelta(minutes=1)


class Outcome(StrEnum):
    FOUND = "cover.found"
    NONE = "cover.none"
    LATER = "cover.put_off"
    NO_TURN = "cover.waits_for_its_turn"


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    """For some seconds, or until every server has had as many questions as it allows."""
    if not settings.COVER_SERVERS:
        return
    end = time.monotonic() + SECONDS
    for search in claim_due(now=now):
        outcome = fetch_cover(search, now=now)
        if outcome == Outcome.NO_TURN:
            return
        yield {"did": outcome.value, "title": search.title_id}
        if time.monotonic() > end:
            return


def fetch_cover(search: CoverSearch, *, now: datetime) -> Outcome:
    """Asks the servers in their order. The search is over when one has a picture or all have said no; a title whose turn
    has not come comes again soon, without this counting as a try."""
    number = _number(search.title_id)
    wanted = {f"cover:{server.name}": server for server in servers.covers()} if number else {}
    turn, answered = 0, 0
    for name, server in wanted.items():
        if name not in pace.turns({name: server.per_minute}, now=now):
            continue
        turn += 1
        try:
            made = ask(server, number)
        except SourceUnavailable as problem:
            pace.note({name: problem}, now=now)
            continue
        pace.note({name: None}, now=now)
        answered += 1
        if made is not None:
            _take(search.title_id, made, name, now)
            return _over(search, Outcome.FOUND)
    if answered == len(wanted) or search.tries >= MOST_TRIES:
        return _over(search, Outcome.NONE)
    return Outcome.LATER if turn else _no_turn(search, now)


def ask(server: CoverServer, isbn13: str) -> Made | None:
    """None where it has no cover that could be shown. Raises SourceUnavailable."""
    number = isbn.parse(isbn13)
    url = server.place.address.format(isbn=isbn13, isbn10=number.isbn10 or isbn13)
    answer = get(url, place=server.place, seconds=settings.COVER_SECONDS, most_bytes=MOST_BYTES, accept=ACCEPT)
    if answer is None or answer.content_type not in TYPES:
        return None
    try:
        return making.cover(answer.body)
    except PictureRefused as refused:
        logger.info("the cover of %s from %s is refused: %s", isbn13, server.name, refused.code)
        return None


def _take(title_id: int, made: Made, source: str, now: datetime) -> None:
    picture = kept.keep(made, now=now)
    choosing.take_found(title_id=title_id, picture=picture, source=source, now=now)


def _number(title_id: int) -> str:
    """Of a title that still wants a cover; else empty."""
    title = Title.objects.live().filter(pk=title_id, cover=None).first()
    first = title.isbns.first() if title and title.provenance.get(choosing.COVER) != CURATOR else None
    return first.isbn13 if first else ""


def _no_turn(search: CoverSearch, now: datetime) -> Outcome:
    CoverSearch.objects.filter(pk=search.pk).update(next_at=now + SOON, tries=search.tries)
    return Outcome.NO_TURN


def _over(search: CoverSearch, outcome: Outcome) -> Outcome:
    CoverSearch.objects.filter(pk=search.pk).update(next_at=None)
    return outcome
