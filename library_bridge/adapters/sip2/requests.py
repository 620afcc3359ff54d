"""What we ask, as messages. No block is N in every one of them, and so are fee acknowledged and cancel: a Y would act
behind the library's back."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from library_bridge.adapters.sip2 import dates, layouts
from library_bridge.adapters.sip2.messages import Message
from library_bridge.adapters.sip2.settings import Settings

MOST_CHARACTERS = 255
VERSION = "2.00"
BLANK_DATE = " " * 18


class NotSendable(ValueError):
    """A value that would break the frame, or that no system has. Never holds it."""


class Summary(IntEnum):
    """The position of the one Y."""

    OVERDUE = 1
    CHARGED = 2


@dataclass(frozen=True, slots=True)
class Page:
    """1-based and inclusive."""

    first: int
    last: int


def identifier(value: str) -> str:
    """A card number or barcode. Raises NotSendable."""
    if not value.isascii() or not value.strip():
        raise NotSendable
    return text(value)


def text(value: str) -> str:
    if "|" in value or not value.isprintable() or len(value.encode()) > MOST_CHARACTERS:
        raise NotSendable
    return value


def login(settings: Settings) -> Message:
    fields = [("CN", settings.login), ("CO", settings.password)]
    if settings.profile.cp:
        fields.append(("CP", settings.profile.cp))
    return Message(layouts.LOGIN, ("0", "0"), tuple(fields))


def sc_status() -> Message:
    return Message(layouts.STATUS, ("0", "080", VERSION))


def answer_again() -> Message:
    return Message(layouts.ANSWER_AGAIN)


@dataclass(frozen=True, slots=True)
class Requests:
    """Bound to a library's settings."""

    settings: Settings

    def patron(
        self,
        card_number: str,
        *,
        pin: str = "",
        summary: Summary | None = None,
        page: Page | None = None,
        now: datetime,
    ) -> Message:
        marks = "".join("Y" if position == summary else " " for position in range(10))
        fields = [*self._card(card_number), self._terminal]
        if pin:
            fields.append(("AD", text(pin)))
        if page:
            fields += [("BP", str(page.first)), ("BQ", str(page.last))]
        return Message(layouts.PATRON, (self._language, self._date(now), marks), tuple(fields))

    def patron_status(self, card_number: str, *, pin: str = "", now: datetime) -> Message:
        fields = (*self._card(card_number), self._terminal, ("AD", text(pin)))
        return Message(layouts.PATRON_STATUS, (self._language, self._date(now)), fields)

    def item(self, barcode: str, *, now: datetime) -> Message:
        fields = (self._institution, ("AB", identifier(barcode)), self._terminal)
        return Message(layouts.ITEM, (self._date(now),), fields)

    def check_out(self, card_number: str, barcode: str, *, may_renew: bool = False, now: datetime) -> Message:
        fields = [*self._card(card_number), ("AB", identifier(barcode)), self._terminal, *self._no_pin]
        fixed = ("Y" if may_renew else "N", "N", self._date(now), self._no_block_due(now))
        return Message(layouts.CHECK_OUT, fixed, (*fields, ("BO", "N"), ("BI", "N")))

    def check_in(self, barcode: str, *, now: datetime) -> Message:
        place = ("AP", self.settings.profile.ap)
        fields = (place, self._institution, ("AB", identifier(barcode)), self._terminal, ("BI", "N"))
        return Message(layouts.CHECK_IN, ("N", self._date(now), self._date(now)), fields)

    def renew(self, card_number: str, barcode: str, *, now: datetime) -> Message:
        fields = [*self._card(card_number), *self._no_pin, ("AB", identifier(barcode)), self._terminal, ("BO", "N")]
        return Message(layouts.RENEW, ("N", "N", self._date(now), self._no_block_due(now)), tuple(fields))

    def hold(self, mode: str, card_number: str, barcode: str, *, now: datetime) -> Message:
        """`mode` is + to place one, - to cancel it."""
        fields = [*self._card(card_number), ("AB", identifier(barcode)), self._terminal, ("BO", "N")]
        return Message(layouts.HOLD, (mode, self._date(now)), tuple(fields))

    def end_session(self, card_number: str, *, now: datetime) -> Message:
        fields = (*self._card(card_number), self._terminal)
        return Message(layouts.END_SESSION, (self._date(now),), fields)

    @property
    def _institution(self) -> tuple[str, str]:
        return "AO", self.settings.profile.ao

    @property
    def _terminal(self) -> tuple[str, str]:
        return "AC", self.settings.profile.ac

    @property
    def _language(self) -> str:
        return self.settings.profile.language

    @property
    def _no_pin(self) -> tuple[tuple[str, str], ...]:
        """We keep no PIN; whether the taker agreed is our own business."""
        return (("AD", ""),) if self.settings.profile.send_ad_in_circ else ()

    def _card(self, card_number: str) -> tuple[tuple[str, str], ...]:
        return self._institution, ("AA", identifier(card_number))

    def _date(self, now: datetime) -> str:
        return dates.stamp(now, self.settings.zone)

    def _no_block_due(self, now: datetime) -> str:
        return BLANK_DATE if self.settings.profile.nb_due_date == "blank" else self._date(now)
