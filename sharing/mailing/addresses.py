"""A reader's mail address and what they want by mail. An address counts once its owner has opened a link sent to it, so
that nobody has another's mailbox filled."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing.errors import Denied, NotFound
from sharing.mailing import outbox, subjects
from sharing.models import Delivery, MailChoice

LONGEST = 254
AN_HOUR, A_DAY = (2, timedelta(hours=1)), (5, timedelta(days=1))
"""Confirmations to one address or of one reader (T-A3)."""


@transaction.atomic(durable=True)
def propose_address(*, actor: Reader, address: str, now: datetime) -> str:
    """The address in use stays until the new one is confirmed. Gives the address as it will be written.

    Raises Denied with the sentence: no address, the one in use, or asked for too often.
    """
    reader = _locked(actor)
    said = tidy(address)
    if said == reader.email:
        raise Denied(_("Your mails go to this address already."), "address_in_use")
    mine_or_there = Q(reader=reader) | Q(address__iexact=said)
    for most, span in (AN_HOUR, A_DAY):
        lately = Delivery.objects.filter(mine_or_there, purpose=Delivery.Purpose.CONFIRM, created_at__gt=now - span)
        if lately.count() >= most:
            raise Denied(_("We have sent a link several times. Please look for it, or try again later."), "too_often")
    outbox.confirm(reader=reader, address=said, now=now)
    return said


def tidy(address: str) -> str:
    """Raises Denied."""
    said = address.strip()
    local, _at, host = said.rpartition("@")
    try:
        validate_email(said)
    except ValidationError:
        raise Denied(_("This is no mail address. Please look at it once more."), "no_address") from None
    if len(said) > LONGEST:
        raise Denied(_("This is no mail address. Please look at it once more."), "no_address")
    return f"{local}@{host.lower()}"


def proposed(reader: Reader, *, now: datetime) -> str:
    """The address whose link was sent and not opened yet."""
    sent = Delivery.objects.filter(reader=reader, purpose=Delivery.Purpose.CONFIRM).order_by("-pk").first()
    if sent is None or sent.reason == Delivery.Reason.SUPERSEDED or sent.created_at < now - timedelta(days=1):
        return ""
    return sent.address if sent.address != reader.email else ""


@transaction.atomic(durable=True)
def confirm_address(*, reader_id: int, address: str, now: datetime) -> Reader:
    """From the link. Again changes nothing. Raises NotFound when another address was given since."""
    reader = _locked(Reader(pk=reader_id))
    if reader.email != address:
        if proposed(reader, now=now) != address or not reader.is_active:
            raise NotFound
        reader.email = address
        reader.save(update_fields=["email"])
    return reader


@transaction.atomic(durable=True)
def remove_address(*, actor: Reader, now: datetime) -> Reader:
    """No mail goes out any more, also none that waits; a link on its way counts no more."""
    reader = _locked(actor)
    reader.email = ""
    reader.save(update_fields=["email"])
    links = Delivery.objects.filter(reader=reader, purpose=Delivery.Purpose.CONFIRM)
    links.filter(status=Delivery.Status.WAITING).update(
        status=Delivery.Status.SUPPRESSED, next_try_at=None, finished_at=now
    )
    links.update(reason=Delivery.Reason.SUPERSEDED)
    return reader


def choices_of(reader: Reader) -> dict[str, str]:
    chosen = dict(MailChoice.objects.filter(reader=reader).values_list("subject", "when"))
    return {subject: chosen.get(subject, when) for subject, when in subjects.DEFAULTS.items()}


@transaction.atomic(durable=True)
def choose(*, actor: Reader, choices: Mapping[str, str]) -> None:
    """`choices`: MailChoice.When by MailChoice.Subject; subjects that are not named stay as they are."""
    _locked(actor)
    for subject, when in choices.items():
        MailChoice.objects.update_or_create(reader=actor, subject=subject, defaults={"when": when})


def _locked(reader: Reader) -> Reader:
    found = Reader.objects.select_for_update(of=("self",), no_key=True).filter(pk=reader.pk).first()
    if found is None:
        raise NotFound
    return found
