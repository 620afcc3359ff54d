"""Asking the sources. Near ones in turn until one knows the book well; then all remote ones at once, against the clock."""

import logging
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from personal_catalog.facts import BookFacts, with_language
from personal_catalog.lookup import answers, breaker
from personal_catalog.lookup.sources import Source, SourceUnavailable, configured, is_remote

logger = logging.getLogger(__name__)
OWN = "own"  # what the catalogue has is completed in the background, not while a reader waits
A_MOMENT = 0.3
ENOUGH = ("title", "creators", "publisher", "year")


@dataclass(frozen=True)
class Found:
    """`provenance` tells the source of each field. `pending`: some source could not be asked, so a later lookup may
    know more."""

    facts: BookFacts | None
    sources: tuple[str, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)
    pending: bool = False


Answers = dict[str, BookFacts | None]


def find(isbn13: str, *, now: datetime) -> Found:
    """At most settings.LOOKUP_SECONDS_TOGETHER seconds. Never inside a transaction: it waits for the network."""
    return _find(configured(), isbn13, now)


def find_elsewhere(isbn13: str, *, now: datetime) -> Found:
    """Like `find`, but not from our own catalogue: to complete what stands there."""
    return _find([source for source in configured() if source.name != OWN], isbn13, now)


def _find(sources: list[Source], isbn13: str, now: datetime) -> Found:
    until = time.monotonic() + settings.LOOKUP_SECONDS_TOGETHER
    found: Answers = {}
    for source in (s for s in sources if not is_remote(s)):
        found[source.name] = _near(source, isbn13)
        if (source.name == OWN and found[source.name]) or knows_enough(found.values()):
            return _joined(found, sources, pending=False)
    remote = [s for s in sources if is_remote(s)]
    found |= answers.kept(isbn13, [s.name for s in remote], now=now)
    to_ask = [s for s in remote if s.name not in found]
    if knows_enough(found.values()) or not to_ask:
        return _joined(found, sources, pending=False)
    asked = _ask_together(to_ask, isbn13, until)
    answers.keep(isbn13, asked, now=now)
    found |= asked
    silent = any(s.name not in asked for s in to_ask)
    return _joined(found, sources, pending=silent and not knows_enough(found.values()))


def knows_enough(found: Iterable[BookFacts | None]) -> bool:
    """Together the facts so far say what a catalogue card needs."""
    known = [facts for facts in found if facts is not None]
    return all(any(getattr(facts, name) for facts in known) for name in ENOUGH)


def _near(source: Source, isbn13: str) -> BookFacts | None:
    try:
        return source.find(isbn13)
    except SourceUnavailable:
        return None


def _ask_together(sources: list[Source], isbn13: str, until: float) -> Answers:
    """Answers that came in time. Once they say enough, the rest have a moment more, so that the nearest source has the
    word whenever it is nearly as quick; who is slow is left to finish alone."""
    told: queue.SimpleQueue[tuple[str, BookFacts | None, bool]] = queue.SimpleQueue()
    asked = [source for source in sources if breaker.allows(source.name)]
    for source in asked:
        threading.Thread(target=_ask, args=(source, isbn13, told), daemon=True, name=f"lookup {source.name}").start()
    end = min(until, time.monotonic() + settings.LOOKUP_SECONDS_EACH)
    waiting, made = {source.name for source in asked}, Answers()
    while waiting:
        try:
            name, facts, answered = told.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        waiting.discard(name)
        breaker.note(name, ok=answered)
        if answered:
            made[name] = facts
        if knows_enough(made.values()):
            end = min(end, time.monotonic() + A_MOMENT)
    if not knows_enough(made.values()):
        for name in waiting:
            breaker.note(name, ok=False)
    return made


def _ask(source: Source, isbn13: str, told: "queue.SimpleQueue[tuple[str, BookFacts | None, bool]]") -> None:
    try:
        told.put((source.name, source.find(isbn13), True))
    except SourceUnavailable as problem:
        logger.info("%s could not be asked: %s", source.name, problem)
        told.put((source.name, None, False))
    except Exception:  # a source's bug must not leave the reader waiting for the clock
        logger.exception("%s failed", source.name)
        told.put((source.name, None, False))


def _joined(found: Answers, order: list[Source], *, pending: bool) -> Found:
    """The nearest source's word for each field; what it leaves open the next one fills."""
    joined, provenance, used = BookFacts(), dict[str, str](), []
    for source in order:
        facts = found.get(source.name)
        new = {n: v for n, v in facts.given().items() if not getattr(joined, n)} if facts else {}
        if new:
            joined = replace(joined, **new)
            provenance |= dict.fromkeys(new, source.name)
            used.append(source.name)
    if not joined.title:
        return Found(None, pending=pending)
    return Found(with_language(joined), tuple(used), provenance, pending)
