"""Asking the sources: near ones in turn, and only where none of them has the title all remote ones at once, against the
clock. What a near title lacks is looked for in the background."""

import logging
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from personal_catalog.facts import BookFacts, with_language
from personal_catalog.lookup import answers, pace
from personal_catalog.lookup.sources import (
    NearSource,
    Source,
    SourceUnavailable,
    configured,
    is_remote,
    near_sources,
    per_minute,
)

logger = logging.getLogger(__name__)
OWN = "own"  # what the catalogue has is completed in the background, not while a reader waits
A_MOMENT = 0.3
ENOUGH = ("title", "creators", "publisher", "year")
MOST_GUESSES = 60


@dataclass(frozen=True)
class Found:
    """`provenance` tells the source of each field. `pending`: something is missing, and some source has not been asked
    or could not be, so a later lookup may know more."""

    facts: BookFacts | None
    sources: tuple[str, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)
    pending: bool = False


Answers = dict[str, BookFacts | None]


def find(isbn13: str, *, now: datetime) -> Found:
    """At most settings.LOOKUP_SECONDS_TOGETHER seconds, and only where nobody near by has a title. Never inside a
    transaction: it waits for the network."""
    until = time.monotonic() + settings.LOOKUP_SECONDS_TOGETHER
    sources = configured()
    found = _at_hand(sources, isbn13, now)
    if not any(found.values()):
        found |= _ask_remote(sources, found, isbn13, until, now)
    return joined(found, sources)


def recall(isbn13: str, *, now: datetime) -> Found:
    """What `find` has just shown, without asking anybody far away again."""
    sources = configured()
    return joined(_at_hand(sources, isbn13, now), sources)


def find_elsewhere(isbn13: str, *, now: datetime) -> Found:
    """All that any source but our own catalogue can say: to complete what stands there."""
    until = time.monotonic() + settings.LOOKUP_SECONDS_TOGETHER
    sources = [source for source in configured() if source.name != OWN]
    found = _at_hand(sources, isbn13, now)
    if not knows_enough(found.values()):
        found |= _ask_remote(sources, found, isbn13, until, now)
    return joined(found, sources)


def known_among(isbns: Iterable[str]) -> list[str]:
    """Those of the ISBN-13s that our catalogue, a library or the local list has, in the order given: which misreading a
    reader may have meant."""
    asked, known = list(isbns)[:MOST_GUESSES], set[str]()
    for source in near_sources(configured()) if asked else ():
        try:
            known |= source.knows(asked)
        except SourceUnavailable as problem:
            logger.info("%s could not be asked: %s", source.name, problem)
    return [isbn13 for isbn13 in asked if isbn13 in known]


def _at_hand(sources: list[Source], isbn13: str, now: datetime) -> Answers:
    """The near sources' answers, until they say enough, and what the remote ones said before."""
    found: Answers = {}
    silent = answers.silent(isbn13, [source.name for source in sources])
    for source in near_sources(sources):
        if source.name not in silent:
            found |= _ask_near(source, isbn13)
        if found.get(OWN) or knows_enough(found.values()):
            return found
    return found | answers.kept(isbn13, [s.name for s in sources if is_remote(s)], now=now)


def _ask_near(source: NearSource, isbn13: str) -> Answers:
    try:
        return {source.name: source.find(isbn13)}
    except SourceUnavailable as problem:
        logger.info("%s could not be asked: %s", source.name, problem)
        answers.note_silent(isbn13, [source.name])
        return {}


def _ask_remote(sources: list[Source], found: Answers, isbn13: str, until: float, now: datetime) -> Answers:
    """Not again whoever was silent about this number a moment ago."""
    silent = answers.silent(isbn13, [source.name for source in sources])
    to_ask = [s for s in sources if is_remote(s) and s.name not in found and s.name not in silent]
    asked = _ask_together(to_ask, isbn13, until, now)
    answers.keep(isbn13, asked, now=now)
    answers.note_silent(isbn13, [source.name for source in to_ask if source.name not in asked])
    return asked


def knows_enough(found: Iterable[BookFacts | None]) -> bool:
    """Together the facts so far say what a catalogue card needs."""
    known = [facts for facts in found if facts is not None]
    return all(any(getattr(facts, name) for facts in known) for name in ENOUGH)


@dataclass(frozen=True, slots=True)
class _Told:
    source: str
    facts: BookFacts | None = None
    problem: SourceUnavailable | None = None


def _ask_together(sources: list[Source], isbn13: str, until: float, now: datetime) -> Answers:
    """Answers that came in time. Once they say enough, the rest have a moment more, so that the nearest source has the
    word whenever it is nearly as quick; who is slow is left to finish alone, and who may not be asked just now is not."""
    told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
    may = pace.turns({source.name: per_minute(source) for source in sources}, now=now)
    asked = [source for source in sources if source.name in may]
    for source in asked:
        threading.Thread(target=_ask, args=(source, isbn13, told), daemon=True, name=f"lookup {source.name}").start()
    end = min(until, time.monotonic() + settings.LOOKUP_SECONDS_EACH)
    waiting, heard = {source.name for source in asked}, list[_Told]()
    made = Answers()
    while waiting:
        try:
            heard.append(told.get(timeout=max(0.0, end - time.monotonic())))
        except queue.Empty:
            break
        waiting.discard(heard[-1].source)
        made = {one.source: one.facts for one in heard if one.problem is None}
        if knows_enough(made.values()):
            end = min(end, time.monotonic() + A_MOMENT)
    late = () if knows_enough(made.values()) else waiting
    pace.note({one.source: one.problem for one in heard} | dict.fromkeys(late, SourceUnavailable("late")), now=now)
    return made


def _ask(source: Source, isbn13: str, told: "queue.SimpleQueue[_Told]") -> None:
    try:
        told.put(_Told(source.name, source.find(isbn13)))
    except SourceUnavailable as problem:
        logger.info("%s could not be asked: %s", source.name, problem)
        told.put(_Told(source.name, problem=problem))
    except Exception:  # a source's bug must not leave the reader waiting for the clock
        logger.exception("%s failed", source.name)
        told.put(_Told(source.name, problem=SourceUnavailable("a fault of ours")))


def joined(found: Answers, order: list[Source]) -> Found:
    """The nearest source's word for each field; what it leaves open the next one fills."""
    joined, provenance, used = BookFacts(), dict[str, str](), []
    for source in order:
        facts = found.get(source.name)
        new = {n: v for n, v in facts.given().items() if not getattr(joined, n)} if facts else {}
        if new:
            joined = replace(joined, **new)
            provenance |= dict.fromkeys(new, source.name)
            used.append(source.name)
    complete = bool(found.get(OWN)) or knows_enough(found.values())
    pending = not complete and any(source.name not in found for source in order)
    if not joined.title:
        return Found(None, pending=pending)
    return Found(with_language(joined), tuple(used), provenance, pending)
