"""The ledger in words. Entries keep a code and figures; which book it was is found through the event, as long as it may be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives.models import Entry, Rule
from personal_catalog.models import Title

Code = Rule.Code


@dataclass(frozen=True, slots=True)
class EntryLine:
    at: datetime
    words: str
    note: str
    title: Title | None
    amount: int
    counts_from: datetime | None

    @property
    def shown_amount(self) -> str:
        """With a sign of its full width: +10, −36."""
        return f"+{self.amount}" if self.amount > 0 else f"−{-self.amount}" if self.amount else "0"


def lines(entries: Iterable[Any], *, now: datetime) -> list[EntryLine]:
    """`entries` as `entries.of` gives them."""
    return [
        EntryLine(
            at=entry.at,
            words=words(entry),
            note=note(entry),
            title=_title(entry),
            amount=entry.amount,
            counts_from=_counts_from(entry, now),
        )
        for entry in entries
    ]


def _counts_from(entry: Entry, now: datetime) -> datetime | None:
    waits = entry.available_at is not None and entry.available_at > now and entry.kind != Entry.Kind.HOLD
    return entry.available_at if waits else None


def _title(entry: Entry) -> Title | None:
    return entry.event.request.title if entry.event is not None and entry.event.request is not None else None


def words(entry: Entry) -> str:
    if entry.kind == Entry.Kind.REVERSAL:
        return _reversal(entry)
    if entry.kind == Entry.Kind.REDEMPTION:
        return _("Redeemed: %(reward)s") % {"reward": _reward(entry)}
    if entry.kind == Entry.Kind.HOLD:
        return _("Held for a check by the library: %(what)s") % {"what": _award(_code(entry), entry.params)}
    if entry.kind == Entry.Kind.RELEASE:
        return _("Checked and given free: %(what)s") % {"what": _award(_code(entry), entry.params)}
    return _award(entry.reason, entry.params)


def _code(entry: Entry) -> str:
    return entry.rule.code if entry.rule is not None else ""


def note(entry: Entry) -> str:
    """The second line: a librarian's own words, a campaign that pays more, or where the voucher counts."""
    if entry.kind == Entry.Kind.ADJUSTMENT:
        adjustment = getattr(entry, "adjustment", None)
        return adjustment.reason if adjustment is not None else ""
    if entry.kind == Entry.Kind.AWARD and "percent" in entry.params:
        return _("In a campaign: %(percent)s%% of the usual points") % {"percent": int(entry.params["percent"])}
    voucher = getattr(entry, "voucher", None)
    return voucher.reward.place if voucher is not None else ""


def _reversal(entry: Entry) -> str:
    undone = entry.reverses
    if undone is not None and undone.kind == Entry.Kind.REDEMPTION:
        return _("Returned: %(reward)s") % {"reward": _reward(undone)}
    return _("Taken back: %(what)s") % {"what": words(undone) if undone is not None else ""}


def _reward(entry: Entry) -> str:
    voucher = getattr(entry, "voucher", None)
    return voucher.reward.name if voucher is not None else ""


def _award(reason: str, params: dict[str, Any]) -> str:
    match reason:
        case Code.FIRST_LENDING:
            return _("Your first book passed on")
        case Code.LENDING_COMPLETED:
            return _("Book passed on")
        case Code.QUICK_ANSWER:
            hours = int(params.get("hours", 1))
            return ngettext("Answered within an hour", "Answered within %(n)s hours", hours) % {"n": hours}
        case Code.KEPT_APPOINTMENT:
            return _("Met on time")
        case Code.CAREFUL_RETURN:
            return _("Brought back in time")
        case Code.CATALOGUING_HELP:
            return _("Helped with the catalogue")
        case Code.DRIFT_JOURNEY:
            return _("Helped a drifting book along on a long journey")
        case "adjustment":
            return _("Changed by the library")
    return _("Points")
