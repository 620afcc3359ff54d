"""What the libraries have of a title on their own shelves, asked through the port and kept for five minutes.

Availability is never stored. Each library is asked for itself and its answer kept for itself; those outside our own database
are asked at once, and a page waits for none of them longer than PATIENCE. Who is late is heard by the next page. When a
library system cannot be asked the page says so and goes on (I5).
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

from django.core.cache import cache

from library_bridge import registry
from library_bridge.adapters.options import Misconfigured
from library_bridge.models import Library
from library_bridge.ports import Capability, ItemRecord, ItemsOfRecords, LibrarySystem, LibrarySystemError
from personal_catalog.lookup import breaker
from personal_catalog.lookup.together import together
from sharing.models import HarvestedRecord

logger = logging.getLogger(__name__)

FRESH = 300  # seconds
DOWN = 60
UNDER_WAY = 30  # so long nobody else asks the same of a library that has not answered yet
PATIENCE = 1.5


@dataclass(frozen=True)
class LibraryItem:
    library: Library
    record: ItemRecord
    takes_holds: bool = False
    """A hold can be placed from here."""


@dataclass(frozen=True)
class OnRecord:
    items: tuple[LibraryItem, ...] = ()
    asked_at: datetime | None = None
    """When the oldest answer was given; None when nobody was asked."""
    down: bool = False
    """A library system could not be asked just now, so there may be more."""
    several: bool = False
    """There is more than one library, so it has to be said which."""


@dataclass(frozen=True)
class _Answer:
    items: tuple[ItemRecord, ...] = ()
    takes_holds: bool = False
    asked_at: datetime | None = None


Question = Callable[[], tuple[tuple[ItemRecord, ...], bool]]


def of_title(title_id: int, isbns: Sequence[str], *, now: datetime) -> OnRecord:
    """By its ISBNs; a title without one by the numbers of the records under which the libraries have it."""
    return _heard_of(title_id, isbns, isbns or [f"title {title_id}"], now)


def of_isbn(isbn13: str, *, now: datetime) -> OnRecord:
    """Of a book that has no title here."""
    return _heard_of(0, [isbn13], [isbn13], now)


def _heard_of(title_id: int, isbns: Sequence[str], what: Sequence[str], now: datetime) -> OnRecord:
    libraries = list(Library.objects.filter(is_active=True))
    keys = {library: _key(library, what) for library in libraries}
    kept: dict[str, _Answer | None] = cache.get_many(keys.values())
    new = [library for library in libraries if keys[library] not in kept]
    answers = {library: kept[key] for library, key in keys.items() if key in kept}
    answers |= _ask(new, keys, title_id, isbns, now) if new else {}
    given = {library: answer for library, answer in answers.items() if answer is not None}
    return OnRecord(
        items=tuple(
            LibraryItem(library, item, answer.takes_holds) for library, answer in given.items() for item in answer.items
        ),
        asked_at=min((answer.asked_at for answer in given.values() if answer.asked_at), default=None),
        down=len(given) < len(libraries),
        several=len(libraries) > 1,
    )


def _ask(
    libraries: Sequence[Library], keys: dict[Library, str], title_id: int, isbns: Sequence[str], now: datetime
) -> dict[Library, _Answer | None]:
    """None for a library that gave no answer."""
    numbers = {} if isbns else _record_numbers(title_id)
    answers: dict[Library, _Answer | None] = dict.fromkeys(libraries)
    outside: dict[str, Callable[[], _Answer]] = {}
    for library in libraries:
        try:
            system = registry.system_for(library, now=now)
            question = partial(_items, system, isbns, numbers.get(library.pk, []))
            if library.adapter == Library.Adapter.EMBEDDED:
                answers[library] = _keep(keys[library], _Answer(*question(), now))
            elif breaker.allows(_name(library)) and cache.add(f"{keys[library]}:asked", True, UNDER_WAY):
                outside[_name(library)] = partial(_heard, keys[library], question, now)
        except (LibrarySystemError, Misconfigured) as problem:
            logger.info("%s could not be asked: %s", _name(library), type(problem).__name__)
            cache.set(keys[library], None, DOWN)
    answered = together(outside, seconds=PATIENCE)
    for name in outside:
        breaker.note(name, ok=name in answered)
    return answers | {library: answered[_name(library)] for library in libraries if _name(library) in answered}


def _items(system: LibrarySystem, isbns: Sequence[str], numbers: Sequence[str]) -> tuple[tuple[ItemRecord, ...], bool]:
    """And whether a hold can be placed on them from here. What a system can do may have to be asked, too."""
    able = system.capabilities
    takes_holds = Capability.PLACE_HOLD in able
    if isbns and Capability.FIND_BY_ISBN in able:
        return system.find_by_isbn(isbns), takes_holds
    if numbers and Capability.FIND_BY_RECORD in able and isinstance(system, ItemsOfRecords):
        return system.find_by_record(numbers), takes_holds
    return (), takes_holds


def _heard(key: str, question: Question, now: datetime) -> _Answer:
    """In a thread of its own. What comes too late for this page is kept for the next."""
    try:
        return _keep(key, _Answer(*question(), now))
    except LibrarySystemError:
        cache.set(key, None, DOWN)
        raise


def _keep(key: str, answer: _Answer) -> _Answer:
    cache.set(key, answer, FRESH)
    return answer


def _record_numbers(title_id: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for library_id, record_id in HarvestedRecord.objects.filter(title=title_id).values_list("library_id", "record_id"):
        found.setdefault(library_id, []).append(record_id)
    return found


def _key(library: Library, what: Sequence[str]) -> str:
    return f"shelf:{library.pk}:{sha256(' '.join(sorted(what)).encode()).hexdigest()}"


def _name(library: Library) -> str:
    return f"library-{library.code}"
