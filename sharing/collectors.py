"""Somebody else collects: the taker passes a link on, which shows a code and nothing else; the giver types it, and both have
confirmed. The taker stays answerable, and a library loan goes to the taker's card as ever.

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
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing import codes, events, handovers, holdings, jobs, locks, policies
from sharing.errors import Denied, IllegalTransition, NotFound, SharingError, WrongCode
from sharing.models import Collector, Handover, Lending

MOST_NAMED = 10
"""Links for one lending: each has its own code and its own tries (T-C1)."""


@transaction.atomic(durable=True)
def name_collector(*, lending_id: int, actor: Reader, now: datetime) -> Collector:
    """By the taker, before the handover. While one stands, again gives that one; taken back or used up, a new one. The giver is
    told. Raises NotFound, Denied (also where the book goes by drop point or courier) or IllegalTransition."""
    lending = _own_agreed(lending_id, actor)
    policies.require(
        is_possible(lending),
        Denied(_("This book goes by drop point or courier; somebody else can collect it only where two meet.")),
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
    pin: str
    qr: str


def address_of(row: Collector) -> str:
    """What the taker passes on."""
    return f"{settings.BASE_URL}{reverse('collect', args=[_token('collector link', row)])}"


def shown(token: str) -> Code | None:
    """Behind the link, without a sign-in: the code alone. None once it counts no more."""
    row = _of_token("collector link", token, Collector.objects.standing())
    if row is None or row.wrong_tries >= settings.CODE_TRIES:
        return None
    return Code(pin_of(row), f"{settings.BASE_URL}{reverse('collected')}?code={_token('collector qr', row)}")


def pin_of(row: Collector) -> str:
    return codes.six_digits(codes.derived("collector pin", row.pk, row.serial))


def of(lending: Lending) -> Collector | None:
    """The one that stands. One query while the handover is to come, else none."""
    if lending.status != Lending.Status.AGREED:
        return None
    return Collector.objects.standing().filter(lending=lending).first()


def lending_of(qr_token: str, *, giver: Reader) -> Lending | None:
    """Whose square the giver has scanned; also once it was used, so that a second press gets the first answer (S4)."""
    rows = Collector.objects.filter(revoked_at=None, lending__giver=giver)
    row = _of_token("collector qr", qr_token, rows.filter(Q(used_at__isnull=False) | Q(lending__status="agreed")))
    return row.lending if row is not None else None


def _token(what: str, row: Collector) -> str:
    return f"{row.pk}.{codes.derived(what, row.pk, row.serial)[:16].hex()}"


def _of_token(what: str, token: str, rows: QuerySet[Collector]) -> Collector | None:
    row = (
        rows.select_related("lending__giver", "lending__request__title").filter(pk=codes.number_of(token) or 0).first()
    )
    return row if row is not None and constant_time_compare(token, _token(what, row)) else None


def confirm_collected(*, lending_id: int, actor: Reader, pin: str = "", qr_payload: str = "", now: datetime) -> Lending:
    """By the giver, who has seen the code: with it both have confirmed, the taker by having named somebody. The same again gives
    the same.

    Raises WrongCode, the try counted in a commit of its own; else as `confirm_handover`. A library loan is asked for first.
    """
    refusal = _ask_library(lending_id, actor, now)
    lending, problem = _confirm(lending_id, actor, codes.digits_in(pin), codes.token_in(qr_payload), refusal, now)
    if problem is not None:
        raise problem
    if lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", lending.pk)
    return lending


def _ask_library(lending_id: int, actor: Reader, now: datetime) -> SharingError | None:
    rows = Lending.objects.filter(giver=actor, pk=lending_id)
    found = rows.select_related("library_loan__library", "taker").first()
    if found is None:
        raise NotFound
    if found.library_loan is None or found.status != Lending.Status.AGREED:
        return None
    try:
        holdings.require_transferable(found.library_loan, taker=found.taker, policy=policies.current(), now=now)
    except SharingError as refusal:
        return refusal
    return None


@transaction.atomic(durable=True)
def _confirm(
    lending_id: int, actor: Reader, pin: str, token: str, refusal: SharingError | None, now: datetime
) -> tuple[Lending, SharingError | None]:
    lending = locks.lending(lending_id, actor=actor)
    row = Collector.objects.select_for_update(of=("self",), no_key=True).filter(lending=lending).first()
    if row is not None and row.used_at is not None and _fits(row, pin, token):
        return lending, None
    handover = lending.handovers.filter(direction=Handover.Direction.OUT, status=Handover.Status.AGREED).first()
    if lending.status != Lending.Status.AGREED or row is None or row.revoked_at is not None:
        return lending, IllegalTransition(
            lending.status, "collected", _("Nobody is named to collect this book any more.")
        )
    if handover is None:
        return lending, IllegalTransition(
            lending.status, "collected", _("Agree on place and time first; then the code can be entered.")
        )
    problem = refusal or _why_not(row, pin, token)
    if problem is None:
        row.used_at = now
        row.save(update_fields=["used_at"])
        handover.lending = lending
        events.record("collector.came", now=now, actor=actor, lending=lending, data={"serial": row.serial})
        handovers.both_confirmed(handover, actor, now)
    return lending, problem


def _fits(row: Collector, pin: str, token: str) -> bool:
    return constant_time_compare(pin, pin_of(row)) or constant_time_compare(token, _token("collector qr", row))


def _why_not(row: Collector, pin: str, token: str) -> SharingError | None:
    dead = WrongCode(_("Five wrong tries: this code no longer counts. The taker has to make a new link."), "code_dead")
    if row.wrong_tries >= settings.CODE_TRIES:
        return dead
    if _fits(row, pin, token):
        return None
    row.wrong_tries += 1
    row.save(update_fields=["wrong_tries"])
    left = settings.CODE_TRIES - row.wrong_tries
    if not left:
        return dead
    return WrongCode(
        ngettext("Wrong PIN; %(left)d try left.", "Wrong PIN; %(left)d tries left.", left) % {"left": left}
    )
