"""News from below: of the catalogue, inside the transaction that sent it, and of who signs in and out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal
from django.http import HttpRequest

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title, TitleSuggestion
from personal_catalog.signals import (
    copies_listed,
    copy_changed,
    copy_paused,
    copy_resumed,
    copy_withdrawn,
    suggestion_accepted,
    title_rejected,
)
from sharing import events, titles, withdrawals


def connect() -> None:
    titles.connect()
    for change in (copy_changed, copy_paused, copy_withdrawn):
        change.connect(let_holders_go, dispatch_uid="sharing lets holders go")
    for news, receiver in (
        (copies_listed, record_listings),
        (copy_paused, record_pause),
        (copy_resumed, record_resumption),
        (copy_withdrawn, record_withdrawal),
        (title_rejected, tell_owners),
        (suggestion_accepted, record_help),
    ):
        news.connect(receiver, dispatch_uid=f"sharing: {receiver.__name__}")
    user_logged_in.connect(let_device_go, dispatch_uid="sharing: a browser's new reader")
    user_logged_out.connect(let_device_go, dispatch_uid="sharing: a browser without a reader")


def let_device_go(*, request: HttpRequest | None, user: Any, signal: Signal, **_signal: Any) -> None:
    """A browser is told nothing of whoever was signed in there before (T-R12)."""
    if request is not None:
        from sharing.pushing import devices  # the cryptography behind it takes 7 MB, and only pages have sessions

        devices.release(request.COOKIES.get(devices.COOKIE, ""), but=user if signal is user_logged_in else None)


def let_holders_go(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    """Nobody is kept waiting for an answer about a copy that cannot be lent any more, or not to the one who asked."""
    withdrawals.withdraw_asks_for(copy_id=copy.pk, actor=actor, now=now)


def record_listings(*, copies: Sequence[Copy], actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record_each("copy.listed", now=now, actor=actor, data=[{"copy": copy.pk} for copy in copies])


def record_pause(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.paused", now=now, actor=actor, data={"copy": copy.pk})


def record_resumption(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.resumed", now=now, actor=actor, data={"copy": copy.pk})


def record_withdrawal(*, copy: Copy, actor: Reader, now: datetime, **_signal: Any) -> None:
    events.record("copy.withdrawn", now=now, actor=actor, data={"copy": copy.pk})


def tell_owners(*, title: Title, owners: list[int], actor: Reader, reason: str, now: datetime, **_signal: Any) -> None:
    """The words are kept as the reader typed them: what is told must not change with the record."""
    data = {"owners": owners, "title": title.title, "language": title.language}
    events.record("title.rejected", now=now, actor=actor, why=reason, data=data)


def record_help(*, suggestion: TitleSuggestion, title: Title, actor: Reader, now: datetime, **_signal: Any) -> None:
    """Whose account is gone helped all the same, but nobody is named."""
    data = {"readers": [pk for pk in [suggestion.reader_id] if pk is not None], "title": title.pk}
    events.record("suggestion.accepted", now=now, actor=actor, data=data)
