"""Records that may be one edition: looked for in the background among what has changed, shown to curators, forgotten when
one of them says that they are not the same."""

import re
import time
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz

from personal_catalog import isbn, matching, titles
from personal_catalog.conflicts import go_on, since
from personal_catalog.models import CurationRound, LikelyDouble, Title
from personal_catalog.people import plain_name
from personal_catalog.search.analyse import letters
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import alike

Why = LikelyDouble.Why
STEP = 50
MOST_COMPARED = 20
NEAR_ENOUGH = 88
ROUND = "doubles"
PART = re.compile(r"\d+|[上中下]|[一二三四五六七八九十]+|\b[ivx]+\b", re.IGNORECASE)


def look(*, now: datetime, seconds: float) -> Iterator[LikelyDouble]:
    """New pairs among the titles that have changed since the last round."""
    end = time.monotonic() + seconds
    state, _ = CurationRound.objects.get_or_create(name=ROUND)
    while time.monotonic() < end:
        batch = list(
            since(Title.objects.order_by("updated_at", "pk"), "updated_at", state).prefetch_related("isbns")[:STEP]
        )
        for title in batch:
            if title.status not in Title.UNSEEN:
                yield from of_title(title, now=now)
            go_on(state, title.updated_at, title.pk)
        if len(batch) < STEP:
            return


def of_title(title: Title, *, now: datetime) -> Iterator[LikelyDouble]:
    for other, why, likeness in _alike(title):
        first, second = sorted((title.pk, other.pk))
        says = {"why": why, "likeness": likeness, "found_at": now}
        pair, created = LikelyDouble.objects.get_or_create(first_id=first, second_id=second, defaults=says)
        if created:
            yield pair


def waiting() -> QuerySet[LikelyDouble]:
    """Pairs that nobody has decided on and of which both records still stand."""
    standing = LikelyDouble.objects.filter(dismissed_at=None).select_related("first", "second")
    return standing.exclude(Q(first__status__in=Title.UNSEEN) | Q(second__status__in=Title.UNSEEN))


def _alike(title: Title) -> Iterator[tuple[Title, str, int]]:
    seen = {title.pk}
    numbers = [other for row in title.isbns.all() if (other := isbn.other_prefix(row.isbn13))]
    for other in Title.objects.with_isbn(*numbers) if numbers else ():
        seen.add(other.pk)
        yield other, Why.ISBN, 95
    if not title.creators:
        return
    keys = Q(match_key=title.match_key) | (Q(work_key=title.work_key) if title.work_key else Q())
    same = Title.objects.live().filter(keys).exclude(pk__in=seen).prefetch_related("isbns")
    for other in same.order_by("pk")[:MOST_COMPARED]:
        seen.add(other.pk)
        if may_be_one(title, other):
            yield other, Why.KEY, 90
    if not title.isbns.all():  # two with ISBNs of their own are two editions, so one without has to look
        yield from _near(title, seen)


def _near(title: Title, seen: set[int]) -> Iterator[tuple[Title, str, int]]:
    try:
        ids = [pk for pk in alike(title.title)[:MOST_COMPARED] if pk not in seen]
    except SearchTimedOut:
        return
    wanted = letters(title.title + title.subtitle)
    for other in Title.objects.live().filter(pk__in=ids).prefetch_related("isbns"):
        likeness = round(fuzz.ratio(wanted, letters(other.title + other.subtitle)))
        if likeness >= NEAR_ENOUGH and _same_creator(title, other) and may_be_one(title, other):
            yield other, Why.NEAR, min(likeness, 89)


def may_be_one(one: Title, other: Title) -> bool:
    """Neither another edition (it says another year, publisher or has an ISBN of its own) nor another volume."""
    if matching.contradicts(one, titles.as_facts(other)) or parts(one) != parts(other):
        return False
    both = bool(one.isbns.all()) and bool(other.isbns.all())
    return not both


def parts(title: Title) -> list[str]:
    """Numbers of volumes and editions: 上 and 下 are two books."""
    return PART.findall(f"{title.title} {title.subtitle} {title.edition}".lower())


def _same_creator(one: Title, other: Title) -> bool:
    names = [{letters(plain_name(name)) for name in title.creators} for title in (one, other)]
    return bool(names[0] & names[1])
