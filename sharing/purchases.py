"""Readers suggest what the library should buy; staff answer, and the reader is told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import isbn
from sharing import events, policies, states
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import PurchaseSuggestion

MOST_OPEN = 10
S = PurchaseSuggestion.Status


def may_decide(actor: Reader) -> bool:
    return bool(actor.is_active and actor.has_perm("sharing.change_purchasesuggestion"))


@transaction.atomic(durable=True)
def suggest_purchase(
    *, actor: Reader, title: str, creators: str = "", number: str = "", note: str = "", now: datetime
) -> PurchaseSuggestion:
    """The same book again gives the suggestion that is open already. Locks the reader, so that the limit holds."""
    said = {"title": " ".join(title.split())[:300], "creators": " ".join(creators.split())[:200]}
    policies.require(bool(said["title"]), Denied(_("Please give a title."), field="title"))
    isbn13 = _isbn13(number)
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    mine = PurchaseSuggestion.objects.filter(reader=actor, status=S.OPEN)
    if kept := mine.filter(**said).first():
        return kept
    if mine.count() >= MOST_OPEN:
        raise LimitReached(
            _("%(most)d of your suggestions wait for an answer. Please wait for one of them.") % {"most": MOST_OPEN}
        )
    suggestion = PurchaseSuggestion.objects.create(
        reader=actor, isbn13=isbn13, note=note.strip()[:500], created_at=now, **said
    )
    events.record("purchase.suggested", now=now, actor=actor, after=S.OPEN, data={"purchase": suggestion.pk})
    return suggestion


def order_purchase(*, suggestion_id: int, actor: Reader, answer: str = "", now: datetime) -> PurchaseSuggestion:
    return _decide(suggestion_id, S.ORDERED, actor=actor, answer=answer, now=now)


def decline_purchase(*, suggestion_id: int, actor: Reader, answer: str, now: datetime) -> PurchaseSuggestion:
    """The reader wants to know why."""
    policies.require(bool(answer.strip()), Denied(_("Please write why, for the reader."), field="answer"))
    return _decide(suggestion_id, S.DECLINED, actor=actor, answer=answer, now=now)


@transaction.atomic(durable=True)
def _decide(
    suggestion_id: int, status: PurchaseSuggestion.Status, *, actor: Reader, answer: str, now: datetime
) -> PurchaseSuggestion:
    """Locks the suggestion; raises NotFound for those who may not decide, IllegalTransition when it is decided."""
    suggestion = PurchaseSuggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion_id).first()
    if suggestion is None or not may_decide(actor):
        raise NotFound
    states.require(states.PURCHASE, suggestion.status, status)
    suggestion.status, suggestion.answer, suggestion.decided_at = status, answer.strip()[:500], now
    suggestion.save(update_fields=["status", "answer", "decided_at"])
    said = {"readers": [suggestion.reader_id], "title": suggestion.title, "language": "", "purchase": suggestion.pk}
    events.record(
        f"purchase.{status}", now=now, actor=actor, before=S.OPEN, after=status, why=suggestion.answer, data=said
    )
    return suggestion


def _isbn13(number: str) -> str:
    if not number.strip():
        return ""
    try:
        return isbn.parse(number).isbn13
    except isbn.NotAnIsbn:
        raise Denied(_("This is no ISBN. Leave it empty if you are not sure."), field="number") from None
