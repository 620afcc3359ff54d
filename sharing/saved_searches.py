"""Searches that go on. The sweep looks through what is new; nothing is looked for when a page is opened."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from personal_catalog.models.copies import CopyQuerySet
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import titles_as_asked
from sharing import events, policies
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import SavedSearch, SavedSearchHit

MOST = 20
"""Of one reader at a time."""
LASTS = timedelta(days=365)
PAUSE = timedelta(minutes=10)
"""Between two looks for the same search."""
OVERLAP = timedelta(hours=1)
"""What a slow transaction brought in late is looked at again; told it is only once."""
IN_ONE_ROUND = 200
MOST_TOLD = 50


@transaction.atomic(durable=True)
def save_search(*, actor: Reader, text: str, now: datetime) -> SavedSearch:
    """The same words again give the search that is kept already. Locks the reader, so that the limit holds."""
    words = " ".join(text.split())
    policies.require(bool(words) and len(words) <= 200, Denied(_("Please write what you are looking for."), field="q"))
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    mine = SavedSearch.objects.live().filter(reader=actor)
    if kept := mine.filter(text=words).first():
        return kept
    if mine.count() >= MOST:
        raise LimitReached(_("You can keep %(most)d searches. End one first.") % {"most": MOST})
    saved = SavedSearch.objects.create(reader=actor, text=words, created_at=now, looked_at=now, ends_at=now + LASTS)
    events.record("search.saved", now=now, actor=actor, data={"search": saved.pk})
    return saved


@transaction.atomic(durable=True)
def end_search(*, search_id: int, actor: Reader, now: datetime) -> SavedSearch:
    """By its reader; ending twice changes nothing. Raises NotFound for everybody else."""
    saved = _locked(search_id)
    policies.require(saved is not None and saved.reader_id == actor.pk, NotFound())
    assert saved is not None
    return saved if saved.ended_at else _end(saved, actor, now)


@transaction.atomic(durable=True)
def expire_search(*, search_id: int, now: datetime) -> bool:
    """After its year. The reader is told and may save it again."""
    saved = _locked(search_id)
    if saved is None or saved.ended_at or saved.ends_at > now:
        return False
    _end(saved, None, now)
    return True


def look_through(*, search_id: int, now: datetime) -> bool:
    """Looks for what has come in since the last time and tells of it. True when there was something to tell."""
    saved = SavedSearch.objects.live().select_related("reader").get(pk=search_id)
    since = max(saved.created_at, saved.looked_at - OVERLAP)
    try:
        found = titles_as_asked(saved.text, within=_new_since(since, reader=saved.reader))
    except SearchTimedOut:
        found = []
    return tell_of_titles(search_id=search_id, title_ids=found[:MOST_TOLD], now=now)


@transaction.atomic(durable=True)
def tell_of_titles(*, search_id: int, title_ids: list[int], now: datetime) -> bool:
    """One event for all that are new to this reader. Locks the search, so that two sweeps tell of a title once."""
    saved = _locked(search_id)
    if saved is None or saved.ended_at:
        return False
    saved.looked_at = now
    saved.save(update_fields=["looked_at"])
    told = set(saved.hits.filter(title__in=title_ids).values_list("title_id", flat=True))
    new = [title for title in Title.objects.live().filter(pk__in=title_ids).order_by("pk") if title.pk not in told]
    if not new:
        return False
    SavedSearchHit.objects.bulk_create(SavedSearchHit(search=saved, title=title, told_at=now) for title in new)
    events.record("search.matched", now=now, actor=None, data=_told(saved, new[0], len(new)))
    return True


def is_saved(text: str, *, reader: Reader) -> bool:
    words = " ".join(text.split())
    return bool(words) and SavedSearch.objects.live().filter(reader=reader, text=words).exists()


def due(*, now: datetime) -> QuerySet[SavedSearch]:
    """Those not looked for in the last minutes, the longest waiting first; none while nothing new has come in."""
    waiting = SavedSearch.objects.live().filter(looked_at__lte=now - PAUSE).order_by("looked_at", "pk")
    oldest = waiting.values_list("looked_at", flat=True).first()
    return (
        waiting if oldest and _titles_of(_copies_since(oldest - OVERLAP), oldest - OVERLAP).exists() else waiting.none()
    )


def ended(*, now: datetime) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.live().filter(ends_at__lte=now)


def _new_since(since: datetime, *, reader: Reader) -> QuerySet[Title]:
    """Titles that are new, or of which there is a new copy that the reader may see."""
    return _titles_of(_copies_since(since).shown_to(reader), since)


def _copies_since(since: datetime) -> CopyQuerySet:
    return Copy.objects.filter(created_at__gte=since).exclude(visibility=Copy.Visibility.NOBODY)


def _titles_of(copies: QuerySet[Copy], since: datetime) -> QuerySet[Title]:
    return Title.objects.live().filter(Q(created_at__gte=since) | Q(pk__in=copies.values("title_id")))


def _end(saved: SavedSearch, actor: Reader | None, now: datetime) -> SavedSearch:
    saved.ended_at = now
    saved.save(update_fields=["ended_at"])
    events.record("search.ended", now=now, actor=actor, data={"readers": [saved.reader_id], "asked": saved.text})
    return saved


def _told(saved: SavedSearch, title: Title, count: int) -> dict[str, object]:
    """The words as they are now: what is told must not change with the record."""
    said = {"title": title.title, "language": title.language, "title_id": title.pk}
    return {"readers": [saved.reader_id], "search": saved.pk, "asked": saved.text, "count": count, **said}


def _locked(search_id: int) -> SavedSearch | None:
    return SavedSearch.objects.select_for_update(of=("self",)).filter(pk=search_id).first()
