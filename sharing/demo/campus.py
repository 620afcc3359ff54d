"""The demo's clock: stories that happen at the same time on one campus, told in the order of their moments.

A story is a generator of moments: it does something, yields when it goes on, and is resumed then with `campus.clock` at
that moment. What lies after the end is never told: that is how the present comes about.
"""

import logging
from collections import Counter
from collections.abc import Generator
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from sharing.errors import SharingError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Story = Generator[datetime, None, None]
Part = Generator[datetime, None, T]
Told = Generator[datetime, None, object]

MORNING, EVENING = time(8, 20), time(21, 20)


class Campus:
    def __init__(self, *, start: datetime, end: datetime, seed: int) -> None:
        self.clock, self.end = start, end
        self.random = Random(seed)
        self.refusals: Counter[str] = Counter()
        self._agenda: list[tuple[datetime, int, Told]] = []
        self._order = count()

    def tell(self, story: Told, *, at: datetime) -> None:
        heappush(self._agenda, (at, next(self._order), story))

    def run(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.end:
            moment, _order, story = heappop(self._agenda)
            self.clock = max(self.clock, moment)
            self._go_on(story)
        self.clock = self.end

    def _go_on(self, story: Told) -> None:
        """What the service refuses, and what is not there on some day, a person leaves."""
        try:
            self.tell(story, at=next(story))
        except StopIteration:
            return
        except SharingError as refusal:
            self.refusals[refusal.code] += 1
            logger.debug("%s %s: %s", self.clock, story, refusal)
        except (LookupError, ObjectDoesNotExist) as missing:
            logger.debug("%s %s: %r", self.clock, story, missing)

    # moments

    def later(self, least: float, most: float) -> datetime:
        """So many hours from now, but nobody acts at night."""
        return self.by_day(self.clock + timedelta(minutes=self.random.randint(int(least * 60), int(most * 60))))

    def soon(self, minutes: float) -> datetime:
        return self.clock + timedelta(minutes=minutes)

    def by_day(self, moment: datetime) -> datetime:
        local = timezone.localtime(moment)
        if MORNING <= local.time() <= EVENING:
            return moment
        day = local.date() + timedelta(days=local.time() > EVENING)
        first = timezone.make_aware(datetime.combine(day, MORNING))
        return first + timedelta(minutes=self.random.randint(0, 90))

    def day(self, ago: float, hour: int, minute: int = 0) -> datetime:
        """That time of the day so many days before the last one; negative: after it."""
        day = timezone.localdate(self.end) - timedelta(days=ago)
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))

    def days_on(self, days: int, hour: int, minute: int = 0) -> datetime:
        """That time of the day so many days from now."""
        day = timezone.localdate(self.clock) + timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))

    # chances

    def chance(self, share: float) -> bool:
        return self.random.random() < share
