"""A double click, a second tab and the back button send a form again; it leads to the copy it led to first."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from django.conf import settings

from personal_catalog.models import Copy, SentForm

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


def new_token() -> str:
    return token_urlsafe(16)


def key_of(token: str, content: object) -> str:
    """One for a form and what was put into it: filled in anew after the back button it is another. Empty without token."""
    said = json.dumps([token, content], sort_keys=True)
    return sha256(said.encode()).hexdigest() if token else ""


def copy_from(*, reader: "Reader", key: str) -> Copy | None:
    """The copy that this form has led to. None once it has been withdrawn: then sending the form again means it."""
    sent = SentForm.objects.filter(reader=reader, key=key).select_related("copy__title")
    row = sent.exclude(copy__status=Copy.Status.WITHDRAWN).first() if key else None
    return row.copy if row else None


def remember(*, reader: "Reader", key: str, copy: Copy, now: datetime) -> None:
    """In the transaction that lists the copy, with the reader locked."""
    if key:
        SentForm.objects.filter(reader=reader, key=key, copy__status=Copy.Status.WITHDRAWN).delete()
        SentForm.objects.create(reader=reader, key=key, copy=copy, sent_at=now)


def forget(*, now: datetime) -> int:
    """Forms older than settings.IDEMPOTENCY_HOURS; how many there were."""
    return SentForm.objects.filter(sent_at__lt=now - timedelta(hours=settings.IDEMPOTENCY_HOURS)).delete()[0]
