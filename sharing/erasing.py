"""Erase my account: a week to change one's mind, then as soon as nothing is open. What is kept for others stays without a person,
everything else goes, by the register of personal fields (P8, T-O3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from library_bridge import forgetting, keeping
from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Title
from sharing import events, jobs, locks, typography, withdrawals
from sharing.errors import Denied
from sharing.models import Ask, Erasure, Lending, Request
from sharing.phrases import fill


@dataclass(frozen=True)
class Open:
    """What an erasing waits for, in words, and where it is brought to its end."""

    words: str
    url: str
    kind: str
    """lending, request or copy"""
    pk: int


def ask_erasure(*, actor: Reader, now: datetime) -> Erasure:
    """From now on nobody asks this reader for anything; asks that wait are let go. Again changes nothing. Raises Denied."""
    erasure = _ask(actor, now)
    for ask_id, request_id in Ask.objects.waiting().filter(holder=actor).values_list("pk", "request_id"):
        withdrawals.withdraw_vain_ask(ask_id=ask_id, actor=actor, now=now)
        jobs.hurry("sharing.tasks.next_wave", request_id)
    return erasure


@transaction.atomic(durable=True)
def _ask(actor: Reader, now: datetime) -> Erasure:
    if actor.is_staff:
        raise Denied(_("An account of the staff is closed by an administrator."), "staff")
    act_at = now + timedelta(days=settings.ERASE_AFTER_DAYS)
    erasure, new = Erasure.objects.get_or_create(reader=actor, defaults={"asked_at": now, "act_at": act_at})
    if new:
        events.record("data.erasing_asked", now=now, actor=actor)
    return erasure


@transaction.atomic(durable=True)
def take_back(*, actor: Reader, now: datetime) -> None:
    """Again changes nothing."""
    if Erasure.objects.waiting().filter(reader=actor).delete()[0]:
        events.record("data.erasing_taken_back", now=now, actor=actor)


def waiting_for(reader: Reader) -> list[Open]:
    """Three queries."""
    return [*_lendings(reader), *_requests(reader), *_books(reader)]


def _lendings(reader: Reader) -> Iterator[Open]:
    for lending in Lending.objects.visible_to(reader).live().select_related("request__title").order_by("pk"):
        words = _("The lending of %(title)s has not ended.")
        yield Open(
            fill(words, {"title": _quoted(lending.request.title)}), lending.get_absolute_url(), "lending", lending.pk
        )


def _requests(reader: Reader) -> Iterator[Open]:
    mine = Request.objects.filter(requester=reader, status=Request.Status.OPEN).select_related("title")
    for request in mine.order_by("pk"):
        words = _("You still wait for %(title)s.")
        yield Open(
            fill(words, {"title": _quoted(request.title)}), reverse("request", args=[request.pk]), "request", request.pk
        )


def _books(reader: Reader) -> Iterator[Open]:
    """Drifting ones that no lending is about any more: whoever has one must hand it on."""
    here = Copy.objects.in_register().filter(holder=reader).exclude(owner=F("holder")).select_related("title")
    on_loan = Lending.objects.live().filter(copy__isnull=False).values("copy")
    for copy in here.exclude(pk__in=on_loan).order_by("pk"):
        words = _("Another reader’s %(title)s is with you: hand it on.")
        yield Open(fill(words, {"title": _quoted(copy.title)}), reverse("shelf-borrowed"), "copy", copy.pk)


def _quoted(title: Title) -> str:
    return typography.quoted(typography.name_of(title))


@transaction.atomic(durable=True)
def erase_account(*, erasure_id: int, now: datetime) -> bool:
    """True when it was done here. False before its day, while something is open, or done before."""
    erasure = Erasure.objects.select_for_update(of=("self",), no_key=True).filter(pk=erasure_id).first()
    if erasure is None or erasure.erased_at is not None or erasure.act_at > now:
        return False
    locks.copies(Copy.objects.in_register().filter(owner=erasure.reader_id).values_list("pk", flat=True))
    reader = Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=erasure.reader_id)
    if waiting_for(reader):
        return False
    for copy in Copy.objects.in_register().filter(owner=reader, holder=reader):
        copies.withdraw_copy(copy_id=copy.pk, actor=reader, now=now)
    for leave_nothing in keeping.hooks("erase"):
        leave_nothing(reader, now)
    for kept in reversed(keeping.rows()):
        forgetting.leave(keeping.of(kept, reader), kept.erased)
    _end_sessions(reader)
    erasure.erased_at = now
    erasure.save(update_fields=["erased_at"])
    events.record("data.erased", now=now, actor=None)
    return True


def _end_sessions(reader: Reader) -> None:
    """A session is a text that says whose it is only when it is unpacked; it may hold a form as it was typed."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in store.get_model_class().objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(reader.pk):
            session.delete()
