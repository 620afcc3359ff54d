"""One event, seen by one of the readers it concerns: the values that a sentence names. What it does not name is not looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import dates, people, places
from sharing.models import Ask, DomainEvent, Lending
from sharing.models.conditions import parts_in_words


@dataclass(frozen=True)
class View:
    """One event, seen by one of the readers it concerns."""

    event: DomainEvent
    reader: Reader

    @property
    def is_forgotten(self) -> bool:
        """What it was about went with somebody's account."""
        return self.event.request_id is None and not self.event.data

    @property
    def title(self) -> Title:
        if self.event.request is None:  # told about a title that nobody asked for: as it was called then
            return Title(title=self.event.data["title"], language=self.event.data["language"])
        return self.event.request.title

    @property
    def lending(self) -> Lending | None:
        return self.event.lending or getattr(self.event.ask, "lending", None)

    @property
    def is_holder(self) -> bool:
        return self.event.ask is not None and self.event.ask.holder_id == self.reader.pk

    @property
    def waits(self) -> bool:
        return self.event.ask is not None and self.event.ask.status == Ask.Status.ASKED

    @property
    def is_loan(self) -> bool:
        return self.event.ask is not None and self.event.ask.kind == Lending.Kind.LIBRARY_LOAN

    @property
    def name(self) -> str:
        """The other side, once the holder has agreed."""
        ask = self.event.ask
        if ask is None or ask.status != Ask.Status.ACCEPTED:
            return _("A reader") if self.is_holder else _("The holder")
        assert self.event.request is not None
        return people.name(self.event.request.requester if self.is_holder else ask.holder)

    @property
    def due(self) -> str:
        told = parse_datetime(str(self.event.data.get("due_at", "")))
        due_at = told or (self.lending.due_at if self.lending else None)
        return dates.long_date(due_at, today=timezone.localdate(self.event.at)) if due_at else ""

    @property
    def why(self) -> str:
        return self.event.why

    @property
    def worse(self) -> str:
        return parts_in_words(self.event.data["worse"])

    @property
    def asked(self) -> str:
        return str(self.event.data.get("asked", ""))

    @property
    def group(self) -> str:
        """As it was called then."""
        return str(self.event.data["named"])

    @property
    def until(self) -> str:
        if "until_date" in self.event.data:
            last = date.fromisoformat(self.event.data["until_date"])
            return dates.long_date(last, today=timezone.localdate(self.event.at))
        day = parse_datetime(str(self.event.data.get("until", "")))
        return dates.long_date(day, today=timezone.localdate(self.event.at)) if day else ""

    @property
    def respond_by(self) -> str:
        assert self.event.ask is not None
        return dates.exact_time(self.event.ask.respond_by, today=timezone.localdate(timezone.now()))

    @property
    def answer_by(self) -> str:
        """A day, as it was told then."""
        day = parse_datetime(str(self.event.data.get("answer_by", "")))
        return dates.long_date(day, today=timezone.localdate(self.event.at)) if day else ""

    @property
    def lies(self) -> str:
        """Drop point and compartment, while the place is told."""
        handover = self.event.handover
        place = places.place_shown_to(self.reader, handover, now=timezone.now()) if handover else None
        if handover is None or place is None or not hasattr(handover, "deposit"):
            return _("at the drop point")
        return _("%(place)s, %(compartment)s") % {"place": place, "compartment": handover.deposit.compartment}

    @property
    def by(self) -> str:
        """Until when it is collected, or when it is taken to have arrived."""
        handover = self.event.handover
        until = getattr(getattr(handover, "deposit", None), "collect_by", None)
        until = until or getattr(getattr(handover, "shipment", None), "arrives_by", None)
        return dates.long_date(until, today=timezone.localdate(timezone.now())) if until else ""

    @property
    def parcel(self) -> str:
        """Carrier and number, while the place is told."""
        handover = self.event.handover
        place = places.place_shown_to(self.reader, handover, now=timezone.now()) if handover else None
        return str(handover.shipment) if handover and place is not None and hasattr(handover, "shipment") else "–"

    @property
    def meeting(self) -> str:
        handover = self.event.handover
        return places.meeting_in_words(handover, self.reader, now=timezone.now()) if handover else ""


Words = Callable[[View], str]
"""Chooses the sentence; its values are filled in afterwards."""
Sentences = dict[str, tuple[str, Words]]
"""By the kind of event: the icon and the words."""


def always(words: Callable[[], str]) -> Words:
    return lambda view: words()
