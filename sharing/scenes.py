"""A lending as one of its two readers meets it: what the page, the slip and the to-do list ask of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing import dates, people, policies
from sharing.models import CirculationPolicy, Handover, Lending
from sharing.phrases import fill

S = Lending.Status
CODE_LATE = timedelta(hours=6)  # so long after the agreed time nobody is taken to be on the way any more


@dataclass(frozen=True)
class Scene:
    """A lending as this reader meets it now. `lending` comes through `for_page()`."""

    lending: Lending
    reader: Reader
    policy: CirculationPolicy
    now: datetime

    @property
    def gives(self) -> bool:
        return self.lending.giver_id == self.reader.pk

    @property
    def name(self) -> str:
        return people.name(self.lending.other(self.reader))

    @property
    def is_loan(self) -> bool:
        return self.lending.kind == Lending.Kind.LIBRARY_LOAN

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def handover(self) -> Handover | None:
        """The open one of the direction the state allows; from the prefetched rows."""
        direction = policies.direction_now(self.lending)
        found = (h for h in self.lending.handovers.all() if h.is_open and h.direction == direction)
        return next(found, None)

    @property
    def missed(self) -> str:
        """That the agreed time is long past, in words; empty when it is not."""
        handover = self.handover
        if handover is None or handover.status != Handover.Status.AGREED or not handover.has_time:
            return ""
        if self.now <= handover.starts_at + CODE_LATE:
            return ""
        if days := (self.today - dates.day_of(handover.starts_at)).days:
            return ngettext("The agreed time was %(days)s day ago", "The agreed time was %(days)s days ago", days) % {
                "days": days
            }
        hours = (self.now - handover.starts_at) // timedelta(hours=1)
        return _("The agreed time was %(hours)s hours ago") % {"hours": hours}

    def _on_the_way(self, handover: Handover) -> str:
        if handover.status == Handover.Status.AGREED and self.hands_over:
            return "leave" if handover.method == Handover.Method.DROP_POINT else "send"
        if handover.status == Handover.Status.DEPOSITED and not self.hands_over:
            return "collect"
        return "awaited"

    @property
    def hands_over(self) -> bool:
        """Whether this reader gives the book out of the hand in the handover that is next."""
        return self.gives != self.goes_back

    @property
    def goes_back(self) -> bool:
        return policies.is_going_back(self.lending)

    def say(self, words: str, **parts: object) -> str:
        """A sentence with the other's name, and whatever else it names, put in."""
        return fill(words, {"name": self.name, **parts})

    def day(self, when: datetime | None) -> str:
        return dates.long_date(when, today=self.today) if when else ""

    @property
    def meets(self) -> str:
        """Which step the handover is at: propose, proposed (by this reader), answer, show_code or enter_code; by way of a drop
        point or a courier leave, collect or send, else awaited."""
        if self.handover is None:
            return "propose"
        if self.handover.status != Handover.Status.PROPOSED and self.handover.method != Handover.Method.IN_PERSON:
            return self._on_the_way(self.handover)
        if self.handover.status == Handover.Status.AGREED:
            return "show_code" if self.hands_over else "enter_code"
        return "proposed" if self.handover.proposed_by_id == self.reader.pk else "answer"


@dataclass(frozen=True)
class Step:
    """`name` is also the template of what the reader can do: sharing/lendings/steps/<name>.html."""

    name: str
    chip: str
    word: str
    """The state in a few words, for the chip."""
    heading: str
    says: str = ""
    answers: str = ""
    """Who answers for the book at this moment."""
    how: str = ""
    missed: bool = False
    """The agreed time is past: another one can be arranged beside."""

    @property
    def template(self) -> str:
        return f"sharing/lendings/steps/{self.name}.html"
