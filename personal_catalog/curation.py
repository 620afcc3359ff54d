"""Curators' decisions on what readers suggest."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog import titles
from personal_catalog.errors import AlreadyDecided, NotAllowed
from personal_catalog.facts import FIELDS, typed
from personal_catalog.models import Title, TitleSuggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@transaction.atomic
def suggest_correction(
    *, title: Title, reader: "Reader", changes: Mapping[str, object], now: datetime
) -> TitleSuggestion | None:
    """Keeps what a reader would change in a shared record (T-D5). None when nothing differs. A reader's second thought
    on the same title replaces the first while it is open."""
    now_says = titles.as_facts(title)
    wanted = typed({**now_says.to_json(), **{name: value for name, value in changes.items() if name in FIELDS}})
    different = {name: value for name, value in wanted.to_json().items() if getattr(now_says, name) != _tupled(value)}
    if not different:
        return None
    suggestion, _ = TitleSuggestion.objects.update_or_create(
        title=title,
        reader=reader,
        status=TitleSuggestion.Status.OPEN,
        defaults={"changes": different, "created_at": now},
    )
    return suggestion


@transaction.atomic(durable=True)
def accept_suggestion(*, suggestion_id: int, actor: "Reader", now: datetime) -> Title:
    suggestion = _decide(suggestion_id, TitleSuggestion.Status.ACCEPTED, actor=actor, now=now)
    return titles.correct_title(title_id=suggestion.title_id, actor=actor, changes=suggestion.changes, now=now)


@transaction.atomic(durable=True)
def decline_suggestion(*, suggestion_id: int, actor: "Reader", now: datetime) -> TitleSuggestion:
    return _decide(suggestion_id, TitleSuggestion.Status.DECLINED, actor=actor, now=now)


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
