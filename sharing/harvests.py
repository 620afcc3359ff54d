"""Taking over the bibliographic records of a library: portion by portion, each in one transaction with the place to go on."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import Capability, LibrarySystemError
from library_bridge.records.library_system import SystemRecords
from library_bridge.records.oai import OaiRepository
from library_bridge.records.portions import Portion, Source
from sharing import harvested_records
from sharing.models import Harvest, HarvestedRecord

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
AGAIN_AFTER = timedelta(hours=1)
NIGHT = 3  # o'clock in the library's own zone
MOST_PROBLEMS = 200
TRIES = 3
BATCH = 1_000


class HarvestRunning(Exception):
    """Another process works on it, until then at the latest if it has died."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class NothingToHarvest(Exception):
    """The library system lists no records, and no repository is known."""


def harvest_library(library: Library, *, source: Source | None = None, anew: bool = False, now: datetime) -> Harvest:
    """Everything that the library's own source lists, or `source`. Outside any transaction.

    An interrupted listing goes on where it was; `anew` forgets its place and the last date stamp. A source that breaks off
    is noted in `failure`, and what came before stays. Raises HarvestRunning, NothingToHarvest, Misconfigured.
    """
    row, _made = Harvest.objects.get_or_create(library=library, defaults={"next_at": next_night(library, now)})
    if anew:
        Harvest.objects.filter(pk=row.pk).update(place="", key="", since="", until="")
        row.refresh_from_db()
    source = source or own_source(row, now=now)
    row = _begin(row.pk, source, now)
    try:
        for portion in source.portions(row.place):
            row = _take(row.pk, portion, source, now)
        return _finish(row.pk, source, now)
    except (LibrarySystemError, OSError) as problem:
        return _break_off(row.pk, str(problem) or type(problem).__name__, now)


def own_source(row: Harvest, *, now: datetime) -> Source:
    """Its repository where it has one, else its library system."""
    if row.oai_url:
        goes_on = row.source == OaiRepository.name and bool(row.place)
        return OaiRepository(
            row.oai_url,
            prefix=row.oai_prefix,
            only_set=row.oai_set,
            since=row.since,
            until=row.until if goes_on else "",
        )
    system = registry.system_for(row.library, now=now)
    if Capability.RECORDS not in system.capabilities:
        raise NothingToHarvest
    return SystemRecords(system)


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    """The nightly harvests whose time has come. A library's fault is its own."""
    _plan(now)
    free = Q(leased_until=None) | Q(leased_until__lte=timezone.now())
    due = Harvest.objects.filter(free, nightly=True, library__is_active=True, next_at__lte=now)
    for row in due.select_related("library").order_by("next_at"):
        try:
            done = harvest_library(row.library, now=now)
        except HarvestRunning:
            continue
        except NothingToHarvest:
            Harvest.objects.filter(pk=row.pk).update(next_at=next_night(row.library, now))
        except Exception as problem:  # the next round finds it again, an hour later
            logger.exception("harvest of %s", row.library.code)
            _break_off(row.pk, type(problem).__name__, now)
            yield {"did": "failed", "harvest": row.pk, "problem": type(problem).__name__}
        else:
            yield {"did": "library.harvested", "library": row.library_id, "count": done.figures.get("records", 0)}


def plan_night(library: Library, *, now: datetime) -> Harvest:
    """The first night after `now` is the next one that it is harvested."""
    next_at = next_night(library, now)
    return Harvest.objects.update_or_create(library=library, defaults={"next_at": next_at})[0]


def next_night(library: Library, now: datetime) -> datetime:
    local = now.astimezone(library.zone)
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def _plan(now: datetime) -> None:
    known = Harvest.objects.values("library")
    for library in Library.objects.filter(is_active=True).exclude(pk__in=known):
        plan_night(library, now=now)


@transaction.atomic(durable=True)
def _begin(pk: int, source: Source, now: datetime) -> Harvest:
    row = Harvest.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.leased_until and row.leased_until > timezone.now():
        raise HarvestRunning(row.leased_until)
    key = sha256(source.key.encode()).hexdigest()
    if not row.key or (row.source, row.key) != (source.name, key):
        row.run, row.place, row.until, row.figures, row.problems = row.run + 1, "", "", {}, []
        row.source, row.key, row.started_at = source.name, key, now
    row.leased_until, row.failure = timezone.now() + LEASE, ""
    row.save()
    return row


def _take(pk: int, portion: Portion, source: Source, now: datetime) -> Harvest:
    """Another process may catalogue one of the books at the same moment; the second try finds its title."""
    for tries_left in reversed(range(TRIES)):
        try:
            return _take_once(pk, portion, source, now)
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError


@transaction.atomic(durable=True)
def _take_once(pk: int, portion: Portion, source: Source, now: datetime) -> Harvest:
    row = Harvest.objects.select_for_update(of=("self",)).select_related("library").get(pk=pk)
    figures, problems = harvested_records.take(row.library, portion.changes, source=source.name, run=row.run, now=now)
    row.figures = {name: row.figures.get(name, 0) + figures.get(name, 0) for name in {**row.figures, **figures}}
    row.problems = (row.problems + problems)[:MOST_PROBLEMS]
    row.place, row.until, row.leased_until = portion.place, portion.stamp, timezone.now() + LEASE
    row.save(update_fields=["figures", "problems", "place", "until", "leased_until"])
    return row


def _finish(pk: int, source: Source, now: datetime) -> Harvest:
    row = Harvest.objects.select_related("library").get(pk=pk)
    if source.lists_all:
        row.figures["deleted"] = row.figures.get("deleted", 0) + _drop_unseen(row)
    row.since, row.until, row.place, row.key = row.until or row.since, "", "", ""
    row.leased_until, row.finished_at, row.next_at = None, now, next_night(row.library, now)
    row.save()
    return row


def _drop_unseen(row: Harvest) -> int:
    """An empty list is a system's mistake sooner than the end of a library, and takes nothing away. Nor does one with
    records that can't be read so far as to say which they are."""
    if not row.figures.get("records") or row.figures.get("nameless"):
        return 0
    unseen = HarvestedRecord.objects.filter(library=row.library, source=row.source).exclude(run=row.run)
    gone = 0
    while some := list(unseen.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        HarvestedRecord.objects.filter(pk__in=some).delete()
        gone += len(some)
    return gone


def _break_off(pk: int, failure: str, now: datetime) -> Harvest:
    logger.warning("harvest %s stopped: %s", pk, failure)
    Harvest.objects.filter(pk=pk).update(failure=failure[:300], leased_until=None, next_at=now + AGAIN_AFTER)
    return Harvest.objects.select_related("library").get(pk=pk)
