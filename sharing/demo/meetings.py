"""From consent to the book's last handover: what the two write, where they meet, how it comes back."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from library_bridge.models import Reader
from sharing import conversations, deposits, disputes, handovers, lendings, policies, transferring
from sharing.demo import words
from sharing.demo.campus import Campus, Part, Story
from sharing.demo.cast import Cast
from sharing.demo.places import SHELF_CODE, SHELVES
from sharing.errors import WrongCode
from sharing.models import Handover, Lending


@dataclass(frozen=True)
class Plan:
    """How a request is to go. `keep`: days until the borrower brings the book back."""

    ends: str = "lent"
    keep: float | None = None


def after_consent(campus: Campus, lending_id: int, plan: Plan) -> Story:
    lending = _get(lending_id)
    yield from _thanks(campus, lending)
    if plan.ends in {"giver_steps_back", "taker_steps_back"}:
        yield campus.later(2, 30)
        _step_back(campus, lending, plan.ends == "giver_steps_back")
        return
    handover = yield from arrange(campus, lending)
    if plan.ends != "no_show":
        yield from confirm(campus, handover)
        yield from _after_handover(campus, lending_id, plan)


def _after_handover(campus: Campus, lending_id: int, plan: Plan) -> Story:
    lending = _get(lending_id)
    if lending.status == Lending.Status.TRANSFERRING:
        yield campus.soon(1)
        transferring.advance_transfer(lending_id=lending_id, now=campus.clock)
    elif lending.status == Lending.Status.ON_LOAN:
        yield from bring_back(campus, lending_id, plan.keep or _reading_time(campus))


def _thanks(campus: Campus, lending: Lending) -> Story:
    yield campus.later(0.2, 4)
    if campus.chance(0.7):
        write(campus, lending, lending.taker, words.THANKS)
    if campus.chance(0.4):
        yield campus.later(0.1, 3)
        write(campus, lending, lending.giver, words.WELCOME)


def arrange(campus: Campus, lending: Lending, *, starts_at: datetime | None = None) -> Part[Handover]:
    """One proposes, the other agrees, or now and then proposes another time, which is agreed to."""
    yield campus.later(0.2, 5)
    by, other = (lending.taker, lending.giver) if campus.chance(0.7) else (lending.giver, lending.taker)
    handover = propose(campus, lending, by, starts_at=starts_at)
    yield campus.later(0.3, 9)
    if starts_at is None and campus.chance(0.15):
        handover = propose(campus, lending, other)
        yield campus.later(0.3, 6)
        other = by
    return handovers.agree_handover(handover_id=handover.pk, actor=other, now=campus.clock)


def propose(campus: Campus, lending: Lending, by: Reader, *, starts_at: datetime | None = None) -> Handover:
    drop = campus.chance(0.12)
    return handovers.propose_handover(
        lending_id=lending.pk,
        actor=by,
        method=Handover.Method.DROP_POINT if drop else Handover.Method.IN_PERSON,
        place=words.say(words.BOOK_HOUSE, by, campus.random) if drop else words.place(by, campus.random),
        starts_at=starts_at or _slot(campus),
        now=campus.clock,
    )


def _slot(campus: Campus) -> datetime:
    """At noon or in the early evening of one of the next days, on the quarter of an hour."""
    days = campus.random.choice((1, 1, 2, 3))
    return campus.days_on(days, campus.random.choice((12, 12, 17, 18, 18, 20)), campus.random.choice((0, 15, 30, 45)))


def confirm(campus: Campus, handover: Handover) -> Story:
    """They meet: the giver shows the code, the taker types or scans it. Or the giver leaves it at the drop point, where the taker
    already waits for it."""
    late = 150 if campus.chance(0.05) else campus.random.randint(-6, 22)
    yield campus.by_day(max(handover.starts_at + timedelta(minutes=late), campus.soon(5)))
    giver, taker = _two(handover)
    if late > 12 and campus.chance(0.5):
        write(campus, handover.lending, taker, words.RUNNING_LATE)
        yield campus.soon(4)
    pin = qr_payload = ""
    if handover.method == Handover.Method.DROP_POINT:
        leave(handover, giver, now=campus.clock)
    else:
        code = handovers.issue_code(handover_id=handover.pk, actor=giver, now=campus.clock)
        pin, qr_payload = code.pin, code.qr_payload
    yield campus.soon(1)
    if campus.chance(0.06) and pin:
        _mistype(campus, handover, taker, pin)
    scanned = campus.chance(0.45)
    if not pin:
        deposits.collect_book(handover_id=handover.pk, actor=taker, shelf_code=SHELF_CODE, now=campus.clock)
        return
    handovers.confirm_handover(
        handover_id=handover.pk,
        actor=taker,
        pin="" if scanned else pin,
        qr_payload=qr_payload if scanned else "",
        now=campus.clock,
    )


def leave(handover: Handover, giver: Reader, *, now: datetime) -> None:
    shelves = SHELVES.split()
    shelf = shelves[handover.pk % len(shelves)]
    deposits.deposit_book(handover_id=handover.pk, actor=giver, compartment=shelf, shelf_code=SHELF_CODE, now=now)


def _two(handover: Handover) -> tuple[Reader, Reader]:
    lending = handover.lending
    out = handover.direction == Handover.Direction.OUT
    return (lending.giver, lending.taker) if out else (lending.taker, lending.giver)


def _mistype(campus: Campus, handover: Handover, taker: Reader, pin: str) -> None:
    with suppress(WrongCode):
        handovers.confirm_handover(handover_id=handover.pk, actor=taker, pin=f"{int(pin) ^ 1:06d}", now=campus.clock)


def _reading_time(campus: Campus) -> float:
    """Days. Most bring a book back within a month, a few too late."""
    short, long, late = campus.random.uniform(8, 32), campus.random.uniform(33, 57), campus.random.uniform(61, 70)
    return campus.random.choices((short, long, late), weights=(60, 28, 12))[0]


def bring_back(campus: Campus, lending_id: int, days: float) -> Story:
    lending = _get(lending_id)
    assert lending.due_at is not None
    if 33 < days < 58 and campus.chance(0.5):
        yield campus.by_day(lending.due_at - timedelta(days=campus.random.uniform(4, 9)))
        if policies.may_extend(_get(lending_id), lending.taker, campus.clock):
            lendings.extend_lending(lending_id=lending_id, actor=lending.taker, now=campus.clock)
            days += 20
    yield max(campus.by_day(campus.clock + timedelta(hours=3)), campus.by_day(_out(lending) + timedelta(days=days)))
    yield from return_now(campus, lending_id)


def return_now(campus: Campus, lending_id: int) -> Story:
    lending = _get(lending_id)
    lendings.start_return(lending_id=lending_id, actor=lending.taker, now=campus.clock)
    handover = lending.handovers.open().get()
    if campus.chance(0.5):
        write(campus, lending, lending.taker, words.COMING_BACK)
        handover = yield from arrange(campus, lending)
    yield from confirm(campus, handover)


def quarrel(campus: Campus, cast: Cast, lending: Lending) -> Story:
    """The owner complains, Lin sees both and settles it."""
    why = words.say(words.COMPLAINTS, lending.giver, campus.random)
    disputes.dispute_lending(lending_id=lending.pk, actor=lending.giver, reason=why, now=campus.clock)
    yield campus.later(40, 90)
    disputes.settle_lending(
        lending_id=lending.pk, actor=cast.lin, outcome="returned", reason=words.SETTLED, now=campus.clock
    )


def _out(lending: Lending) -> datetime:
    return lending.handed_over_at or lending.agreed_at


def _step_back(campus: Campus, lending: Lending, by_giver: bool) -> None:
    actor = lending.giver if by_giver else lending.taker
    why = words.say(words.GIVER_STEPS_BACK if by_giver else words.TAKER_STEPS_BACK, actor, campus.random)
    lendings.cancel_lending(lending_id=lending.pk, actor=actor, reason=why, now=campus.clock)


def write(campus: Campus, lending: Lending, author: Reader, what: words.Both) -> None:
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk,
        actor=author,
        text=words.say(what, author, campus.random),
        now=campus.clock,
    )


def _get(lending_id: int) -> Lending:
    of = ("giver__area", "taker__area", "ask__conversation")
    return Lending.objects.select_related(*of).get(pk=lending_id)
