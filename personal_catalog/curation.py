"""Curators' decisions on what readers suggest."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog import titles
from personal_catalog.errors import AlreadyDecided, NoReason, NotAllowed
from personal_catalog.facts import FIELDS, typed
from personal_catalog.models import Copy, Title, TitleChange, TitleSuggestion
from personal_catalog.search.index import drop_titles
from personal_catalog.signals import suggestion_accepted, title_rejected

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

LONGEST_REASON = 300


@transaction.atomic
def suggest_correction(
    *, title: Title, reader: "Reader", changes: Mapping[str, object], now: datetime, reason: str = ""
) -> TitleSuggestion | None:
    """Keeps what a reader, or staff that may only propose, would change in a shared record (T-D5). None when nothing
    differs. A second thought on the same title replaces the first while it is open."""
    now_says = titles.as_facts(title)
    wanted = typed({**now_says.to_json(), **{name: value for name, value in changes.items() if name in FIELDS}})
    different = {name: value for name, value in wanted.to_json().items() if getattr(now_says, name) != _tupled(value)}
    if not different:
        return None
    suggestion, _ = TitleSuggestion.objects.update_or_create(
        title=title,
        reader=reader,
        status=TitleSuggestion.Status.OPEN,
        defaults={"changes": different, "created_at": now, "reason": reason.strip()[:LONGEST_REASON]},
    )
    return suggestion


@transaction.atomic(durable=True)
def accept_suggestion(*, suggestion_id: int, actor: "Reader", now: datetime) -> Title:
    suggestion = _decide(suggestion_id, TitleSuggestion.Status.ACCEPTED, actor=actor, now=now)
    changes, reason = suggestion.changes, suggestion.reason
    title = titles.correct_title(title_id=suggestion.title_id, actor=actor, changes=changes, now=now, reason=reason)
    suggestion_accepted.send(sender=TitleSuggestion, suggestion=suggestion, title=title, actor=actor, now=now)
    return title


@transaction.atomic(durable=True)
def decline_suggestion(*, suggestion_id: int, actor: "Reader", now: datetime) -> TitleSuggestion:
    return _decide(suggestion_id, TitleSuggestion.Status.DECLINED, actor=actor, now=now)


@transaction.atomic
def reject_title(*, title_id: int, actor: "Reader", reason: str, now: datetime) -> Title:
    """What was typed by hand is not for the catalogue: readers find it no longer and its owners are told why. Their
    copies stay on their shelves; its ISBNs are free for a true record. Locks the title; raises NotAllowed, NoReason,
    AlreadyDecided."""
    if not titles.may_curate(actor):
        raise NotAllowed
    if not reason.strip():
        raise NoReason
    title = Title.objects.select_for_update(of=("self",)).get(pk=title_id)
    if title.status != Title.Status.PENDING:
        raise AlreadyDecided
    title.status, title.updated_at = Title.Status.REJECTED, now
    title.lookup_pending, title.lookup_next_at = False, None
    title.save(update_fields=["status", "updated_at", "lookup_pending", "lookup_next_at"])
    data = {"reason": reason.strip()[:LONGEST_REASON], "isbns": list(title.isbns.values_list("isbn13", flat=True))}
    title.isbns.all().delete()
    TitleChange.objects.create(title=title, kind=TitleChange.Kind.REJECTED, actor=actor, data=data, at=now)
    drop_titles([title.pk])
    owners = sorted(set(Copy.objects.filter(title=title).values_list("owner_id", flat=True)))
    title_rejected.send(sender=Title, title=title, owners=owners, actor=actor, reason=data["reason"], now=now)
    return title


def _decide(suggestion_id: int, status: TitleSuggestion.Status, *, actor: "Reader", now: datetime) -> TitleSuggestion:
    if not titles.may_curate(actor):
        raise NotAllowed
    suggestion = TitleSuggestion.objects.select_for_update(of=("self",), no_key=True).get(pk=suggestion_id)
    if suggestion.status != TitleSuggestion.Status.OPEN:
        raise AlreadyDecided
    suggestion.status, suggestion.decided_at, suggestion.decided_by = status, now, actor
    suggestion.save(update_fields=["status", "decided_at", "decided_by"])
    return suggestion


def _tupled(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
