"""Somebody else collects: the taker passes a link on, which shows a code and nothing else; the giver types it, and both have
confirmed. Where the book goes by drop point, the link says where it lies instead. The taker stays answerable, and a library loan
goes to the taker's card as ever. What happens when somebody comes is in `collecting`.

Link, code and square are derived like those of a handover. The code counts until the handover, for five wrong tries, once.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import codes, events, locks, policies
from sharing.errors import Denied, IllegalTransition
from sharing.models import Collector, Handover, Kiosk, Lending

MOST_NAMED = 10
"""Links for one lending: each has its own code and its own tries (T-C1)."""


@transaction.atomic(durable=True)
def name_collector(*, lending_id: int, actor: Reader, now: datetime) -> Collector:
    """By the taker, before the handover. While one stands, again gives that one; taken back or used up, a new one. The giver is
    told. Raises NotFound, Denied (also where the book goes by courier) or IllegalTransition."""
    lending = _own_agreed(lending_id, actor)
    policies.require(
        is_possible(lending),
        Denied(_("A parcel goes where you have said: there is nothing that somebody else could collect.")),
    )
    row = Collector.objects.filter(lending=lending).first()
    if row is not None and row.revoked_at is None and row.wrong_tries < settings.CODE_TRIES:
        return row
    if row is None:
        row = Collector.objects.create(lending=lending, named_at=now)
    else:
        _name_again(row, now)
    events.record("collector.named", now=now, actor=actor, lending=lending, data={"serial": row.serial})
    return row


def _name_again(row: Collector, now: datetime) -> None:
    policies.require(
        row.serial < MOST_NAMED, Denied(_("No further link can be made for this book. Please collect it yourself."))
    )
    row.serial += 1
    row.named_at, row.revoked_at, row.wrong_tries = now, None, 0
    row.save(update_fields=["serial", "named_at", "revoked_at", "wrong_tries"])


@transaction.atomic(durable=True)
def revoke_collector(*, lending_id: int, actor: Reader, now: datetime) -> None:
    """The link shows nothing any more. Again changes nothing."""
    lending = _own_agreed(lending_id, actor)
    if Collector.objects.standing().filter(lending=lending).update(revoked_at=now):
        events.record("collector.revoked", now=now, actor=actor, lending=lending)


def is_possible(lending: Lending) -> bool:
    """Whether somebody else may be named. One query while the handover is to come, else none."""
    if lending.status != Lending.Status.AGREED:
        return False
    return policies.somebody_else_may_come(lending.handovers.open().filter(direction=Handover.Direction.OUT).first())


def _own_agreed(lending_id: int, actor: Reader) -> Lending:
    lending = locks.lending(lending_id, actor=actor)
    policies.require(lending.taker_id == actor.pk, Denied(_("Only the one who takes the book names somebody.")))
    if lending.status != Lending.Status.AGREED:
        raise IllegalTransition(
            lending.status, "collected", _("The book has changed hands already, or the lending has ended.")
        )
    return lending


@dataclass(frozen=True)
class Code:
    """For the giver, where two meet."""

    pin: str
    qr: str


@dataclass(frozen=True)
class Pickup:
    """At a drop point: where it lies, `compartment` empty until the giver has left it there; `qr` for its screen, where there
    is one."""

    place: str
    compartment: str
    qr: str = ""


def address_of(row: Collector) -> str:
    """What the taker passes on."""
    return f"{settings.BASE_URL}{reverse('collect', args=[_token('collector link', row)])}"


def shown(token: str) -> Code | Pickup | None:
    """Behind the link, without a sign-in: the code alone, or where the book lies. None once it counts no more."""
    row = _of_token("collector link", token, Collector.objects.standing())
    if row is None:
        return None
    if pickup := _pickup(row):
        return pickup
    if row.wrong_tries >= settings.CODE_TRIES:
        return None
    return Code(pin_of(row), _qr(row))


def _qr(row: Collector) -> str:
    return f"{settings.BASE_URL}{reverse('collected')}?code={square_of(row)}"


def _pickup(row: Collector) -> Pickup | None:
    handover = row.lending.handovers.open().filter(direction=Handover.Direction.OUT).first()
    if handover is None or handover.drop_point_id is None or handover.status == Handover.Status.PROPOSED:
        return None
    if handover.status != Handover.Status.DEPOSITED:
        return Pickup(handover.place_name, "")
    has_screen = Kiosk.objects.in_use().filter(drop_point=handover.drop_point_id).exists()
    return Pickup(handover.place_name, handover.deposit.compartment, _qr(row) if has_screen else "")


def of_link(token: str) -> Collector | None:
    """Also once it was used, so that a second press gets the first answer (S4)."""
    return _of_token("collector link", token, Collector.objects.filter(revoked_at=None))


def square_of(row: Collector) -> str:
    return _token("collector qr", row)


def pin_of(row: Collector) -> str:
    return codes.six_digits(codes.derived("collector pin", row.pk, row.serial))


def of(lending: Lending) -> Collector | None:
    """The one that stands. One query while the handover is to come, else none."""
    if lending.status != Lending.Status.AGREED:
        return None
    return Collector.objects.standing().filter(lending=lending).first()


def of_square(token: str) -> Collector | None:
    """Whoever shows it may have the book."""
    return _of_token("collector qr", token, Collector.objects.standing())


def lending_of(qr_token: str, *, giver: Reader) -> Lending | None:
    """Whose square the giver has scanned; also once it was used, so that a second press gets the first answer (S4)."""
    rows = Collector.objects.filter(revoked_at=None, lending__giver=giver)
    row = _of_token("collector qr", qr_token, rows.filter(Q(used_at__isnull=False) | Q(lending__status="agreed")))
    return row.lending if row is not None else None


def _token(what: str, row: Collector) -> str:
    return f"{row.pk}.{codes.derived(what, row.pk, row.serial)[:16].hex()}"


def _of_token(what: str, token: str, rows: QuerySet[Collector]) -> Collector | None:
    row = (
        rows.select_related("lending__giver", "lending__taker", "lending__request__title")
        .filter(pk=codes.number_of(token) or 0)
        .first()
    )
    return row if row is not None and constant_time_compare(token, _token(what, row)) else None
