"""What simulated readers do, each by the service's own functions: ask, answer late or never, talk, step back, meet, return."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import log
from typing import TypeVar

from django.db.models import Model, QuerySet

from personal_catalog.models import Copy
from sharing import asks, conversations, handovers, lendings, prepared, requests
from sharing.demo.campus import Campus, Part, Story
from sharing.models import Ask, Handover, Lending
from sharing.prepared import PK
from sharing.simulation.assumptions import Assumptions
from sharing.simulation.population import Population
from sharing.simulation.rules import Rules

Kept = TypeVar("Kept", bound=Model)

SPREAD = 1.1  # of the logarithm of a waiting time
TALK = timedelta(minutes=20)


class Readers:
    def __init__(self, campus: Campus, people: Population, rules: Rules, assume: Assumptions) -> None:
        self.campus, self.people, self.rules, self.assume = campus, people, rules, assume
        self.looked: set[int] = set()
        """Asks whose holder has seen them, or will."""

    def wish(self) -> Story:
        """Somebody wants a title; on the old service, one holder's copy of it."""
        chance, now = self.campus.random, self.campus.clock
        reader = chance.choice(self.people.readers)
        (title,) = chance.choices(self.people.titles, self.people.sought)
        key = "" if self.rules.waves else self._some_copy(title.pk, reader.pk)
        placed = requests.place_request(
            actor=reader, title_id=None if key else title.pk, holding_key=key, message="", now=now
        )
        for ask in placed.asks.all():
            self.asked(ask)
        yield from ()

    def _some_copy(self, title_id: int, reader_id: int) -> str:
        rows = Copy.objects.lendable().filter(title_id=title_id)
        keys = list(rows.exclude(owner=reader_id).exclude(holder=reader_id).order_by("pk").values_list("pk", flat=True))
        return f"copy-{self.campus.random.choice(keys)}" if keys else ""

    # news from the service

    def asked(self, ask: Ask) -> None:
        """New: it has accepted itself, or its holder sees it sooner or later, or never."""
        if ask.status == Ask.Status.ACCEPTED:
            self.campus.tell(self._after_consent(ask.pk, talked=False), at=self.campus.clock)
        elif self.campus.chance(self.assume.sees_news):
            self._looks_soon(ask.pk)

    def reminded(self, ask_id: int) -> None:
        if self.rules.reminders and ask_id not in self.looked and self.campus.chance(self.assume.sees_reminder):
            self._looks_soon(ask_id)

    def _looks_soon(self, ask_id: int) -> None:
        self.looked.add(ask_id)
        self.campus.tell(self._answer(ask_id), at=self._in_hours(self.assume.median_hours_to_look))

    # answers

    def _answer(self, ask_id: int) -> Story:
        """Too late for some: the service refuses, and the story ends."""
        ask = _one(_ask_with_both, ask_id)
        yes = self.campus.chance(self.assume.says_yes)
        if self.rules.chat and not yes:
            yes = yield from self._talk(ask)
        if not yes:
            asks.decline_ask(ask_id=ask_id, actor=ask.holder, now=self.campus.clock)
            return
        asks.accept_ask(ask_id=ask_id, actor=ask.holder, now=self.campus.clock)
        yield from self._after_consent(ask_id, talked=self.rules.chat)

    def _talk(self, ask: Ask) -> Part[bool]:
        for author in (ask.holder, ask.request.requester):
            conversations.send_message(
                conversation_id=ask.conversation.pk,
                actor=author,
                text="Until when would you need it?",
                now=self.campus.clock,
            )
            yield self.campus.clock + TALK
        return self.campus.chance(self.assume.yes_after_chat)

    # after consent

    def _after_consent(self, ask_id: int, *, talked: bool) -> Story:
        lending = _one(_lending_of_ask, ask_id)
        steps_back = self.assume.steps_back_after_chat if talked else self.assume.steps_back
        if self.campus.chance(steps_back):
            yield self._in_hours(self.assume.median_hours_to_meet / 2)
            lendings.cancel_lending(lending_id=lending.pk, actor=lending.giver, now=self.campus.clock)
            return
        if self.campus.chance(self.assume.fails_to_meet):
            return  # the service ends it when its time is over
        handover = yield from self._arrange(lending)
        yield max(handover.starts_at, self.campus.clock)
        self._confirm(handover)
        if lending.mode == Lending.Mode.LEND:
            yield from self._bring_back(lending)

    def _arrange(self, lending: Lending) -> Part[Handover]:
        yield self._in_hours(3)
        starts_at = self._in_hours(self.assume.median_hours_to_meet)
        starts_at = min(starts_at, lending.deadline_at - timedelta(hours=2))
        handover = handovers.propose_handover(
            lending_id=lending.pk, actor=lending.taker, method="in_person", place="Library gate",
            starts_at=max(starts_at, self.campus.clock), now=self.campus.clock,
        )  # fmt: skip
        handovers.agree_handover(handover_id=handover.pk, actor=lending.giver, now=self.campus.clock)
        return handover

    def _confirm(self, handover: Handover) -> None:
        now, lending = self.campus.clock, handover.lending
        giver, taker = (lending.giver, lending.taker)
        if handover.direction == Handover.Direction.BACK:
            giver, taker = taker, giver
        code = handovers.issue_code(handover_id=handover.pk, actor=giver, now=now)
        handovers.confirm_handover(handover_id=handover.pk, actor=taker, pin=code.pin, now=now)

    def _bring_back(self, lending: Lending) -> Story:
        yield self._in_hours(24 * self.assume.median_days_kept)
        lendings.start_return(lending_id=lending.pk, actor=lending.taker, now=self.campus.clock)
        yield self._in_hours(self.assume.median_hours_to_meet)
        back = _one(_way_back, lending.pk)
        self._confirm(back)

    def _in_hours(self, median: float) -> datetime:
        """Log-normal, and nobody acts at night."""
        hours = self.campus.random.lognormvariate(log(median), SPREAD)
        return self.campus.by_day(self.campus.clock + timedelta(hours=hours))


def _one(make: "Callable[[], QuerySet[Kept]]", pk: int) -> Kept:
    """LookupError where it is not there any more: the story ends."""
    for found in prepared.objects(make, values={"pk": pk}):
        return found
    raise LookupError(pk)


def _ask_with_both() -> QuerySet[Ask]:
    return Ask.objects.filter(pk=PK).order_by().select_related("holder", "request__requester", "conversation")


def _lending_of_ask() -> QuerySet[Lending]:
    return Lending.objects.filter(ask=PK).order_by().select_related("giver", "taker")


def _way_back() -> QuerySet[Handover]:
    return Handover.objects.open().filter(lending=PK).order_by().select_related("lending__giver", "lending__taker")
