"""How a request stands, in words, for the reader who placed it: whom it was put to is never among them (P2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing import dates, outcomes
from sharing.models import Ask, Lending, Request
from sharing.phrases import fill
from sharing.slips.row import Row

TURNS = {
    "request.reopened": lambda: _("The lending fell through; the search goes on"),
    "request.paused": lambda: _("You paused it"),
    "request.resumed": lambda: _("You went on"),
    "request.turn_passed": lambda: _("You let another reader go first"),
    "request.widened": lambda: _("From here on it goes to every holder of this title"),
}


@dataclass(frozen=True)
class Standing:
    """`chip` is its kind as in elements/chip.html."""

    chip: str
    chip_says: str
    heading: str
    says: str


def stands(
    request: Request,
    asks: Sequence[Ask],
    *,
    place: int | None,
    onward: bool = True,
    lending: Lending | None = None,
    now: datetime,
) -> Standing:
    """Two sentences: how it is, and who acts next until when. A decline looks like silence. `place`: in the queue;
    `onward`: somebody is left who could be asked; `lending`: what came of it."""
    today = dates.day_of(now)
    if request.status == Request.Status.OPEN and request.paused_at is not None:
        return _paused(request, place, today)
    match request.status:
        case Request.Status.OPEN:
            return _open(request, asks, place, onward, now, today)
        case Request.Status.MATCHED:
            return Standing(
                "free", _("agreed"), _("A holder has agreed"), _("Arrange the handover on the lending’s page.")
            )
        case Request.Status.FULFILLED:
            if lending and lending.mode == Lending.Mode.LEND and lending.status == Lending.Status.COMPLETED:
                day = dates.long_date(lending.closed_at or now, today=today)
                says = fill(_("You gave it back on %(date)s."), {"date": day})
                return Standing("done", _("returned"), _("You had this book and gave it back"), says)
            return Standing(
                "done", _("fulfilled"), _("You got this book"), _("The lending’s page keeps the whole story.")
            )
        case Request.Status.CANCELLED:
            return _cancelled(request)
    return Standing(
        "no", _("not this time"), _unfilled(holders(asks)), _("You can ask again at any time; it costs nothing.")
    )


def slip(
    request: Request, asks: Sequence[Ask], turns: Iterable[tuple[str, datetime]], *, onward: bool = True, now: datetime
) -> list[Row]:
    """`turns`: kind and time of each event of TURNS."""
    rows = [Row(_("You asked for this book"), at=request.placed_at)]
    rows += [Row(_asked(count), at=at) for at, count in _waves(asks)]
    rows += [Row(_("A holder agreed"), at=ask.answered_at) for ask in asks if ask.status == Ask.Status.ACCEPTED]
    rows += [Row(TURNS[kind](), at=at) for kind, at in turns]
    rows.sort(key=lambda row: row.at or now)
    return rows + _to_come(request, asks, onward, now)


def holders(asks: Sequence[Ask]) -> int:
    """How many were asked; one who was asked again after a lending fell through counts once."""
    return len({ask.holder_id for ask in asks})


def _open(
    request: Request, asks: Sequence[Ask], place: int | None, onward: bool, now: datetime, today: date
) -> Standing:
    result = dates.long_date(request.deadline_at, today=today)
    if until := _until(asks, now):
        heading = ngettext("%(count)d holder has been asked", "%(count)d holders have been asked", holders(asks)) % {
            "count": holders(asks)
        }
        says = _("If somebody else can lend it, we ask at once. You will have a result by %(date)s at the latest.") % {
            "date": result
        }
        if onward:
            says = _("If nobody has agreed by %(time)s, we go on to the next holders. You will have a result by %(date)s.") % {
                "time": dates.near_time(until, today=today), "date": result,
            }  # fmt: skip
        return Standing("wait", _("waiting for holders"), heading, says)
    if place is not None and place > 1:
        says = _(
            "The others asked before you. When it is your turn, we ask, and tell you. You will have a result by %(date)s."
        )
        heading = _("You are number %(place)d in the queue") % {"place": place}
        return Standing("wait", _("on the waiting list"), heading, says % {"date": result})
    says = _("As soon as a reader can pass it on, we ask, and tell you. You will have a result by %(date)s.") % {
        "date": result
    }
    heading = _("Nobody can pass it on just now") if asks else _("Nobody has it to lend just now")
    return Standing("wait", _("on the waiting list"), heading, says)


def _cancelled(request: Request) -> Standing:
    if request.close_reason == outcomes.MERGED:
        says = _("You had asked for this book twice, under two records that are one now.")
        return Standing("done", _("goes on"), _("Your other request goes on"), says)
    if request.close_reason == outcomes.PASSED_ON_NOW:
        says = _("Another reader passed the book on to you in person, so nobody is asked any more.")
        return Standing("done", _("goes on"), _("You came by this book another way"), says)
    return Standing("no", _("withdrawn"), _("You withdrew this request"), _("Whoever was asked has been told."))


def _paused(request: Request, place: int | None, today: date) -> Standing:
    heading = _("Paused; you keep place number %(place)d") % {"place": place} if place else _("Paused")
    result = dates.long_date(request.deadline_at, today=today)
    says = _("Nobody is asked until you go on. On %(date)s the request ends.") % {"date": result}
    return Standing("wait", _("paused"), heading, says)


def _until(asks: Sequence[Ask], now: datetime) -> datetime | None:
    """When the time of the last wave is over. Who of it has said no in the meantime stays unsaid: a no looks like silence."""
    newest = max((ask.wave for ask in asks), default=0)
    last = max((ask.respond_by for ask in asks if ask.wave == newest and not _is_over(ask)), default=None)
    return last if last and last > now else None


def _is_over(ask: Ask) -> bool:
    """Not so where the book has gone in the meantime: that looks like silence, too."""
    let_go = ask.status == Ask.Status.WITHDRAWN and ask.withdrawn_because != Ask.Because.GONE
    return let_go or ask.status == Ask.Status.ACCEPTED


def _waves(asks: Sequence[Ask]) -> list[tuple[datetime, int]]:
    waves = [list(wave) for _number, wave in groupby(sorted(asks, key=lambda ask: ask.wave), key=lambda ask: ask.wave)]
    return [(wave[0].asked_at, len(wave)) for wave in waves]


def _asked(count: int) -> str:
    return ngettext("%(count)d holder asked", "%(count)d holders asked", count) % {"count": count}


def _to_come(request: Request, asks: Sequence[Ask], onward: bool, now: datetime) -> list[Row]:
    if request.status == Request.Status.OPEN:
        until = _until(asks, now)
        then = _("If nobody has agreed: on to the next holders") if onward else _("The holders’ time to answer ends")
        wave = [Row(then, at=until, state="later")] if until else []
        return [*wave, Row(_("A result at the latest"), at=request.deadline_at, state="later")]
    ends = {
        Request.Status.FULFILLED: _("You got the book"),
        Request.Status.UNFILLED: _("Ended without a lender"),
        Request.Status.CANCELLED: _ended_by(request),
    }
    return [Row(words, at=request.closed_at) for status, words in ends.items() if status == request.status]


def _ended_by(request: Request) -> str:
    ends = {outcomes.MERGED: _("Your other request goes on"), outcomes.PASSED_ON_NOW: _("Passed on to you in person")}
    return ends.get(request.close_reason, _("You withdrew the request"))


def _unfilled(asked: int) -> str:
    if not asked:
        return _("Nobody had it to lend this time")
    return ngettext(
        "%(count)d holder asked, who could not lend it this time",
        "%(count)d holders asked, none could lend it this time",
        asked,
    ) % {"count": asked}
