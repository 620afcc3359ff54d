"""A repeated POST changes nothing and gives the first answer (S4).

The key's row is written before the command runs: its unique constraint lets one of two at once through. What is an
answer for good is kept; what may be tried again (429, 5xx) frees the key.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing.api.auth import bearer
from sharing.api.problems import Invalid, Problem, response
from sharing.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 200
PATIENCE = 8.0  # seconds that the second of two waits for the first one's answer
ABANDONED = timedelta(minutes=1)  # no command takes so long: whoever ran it is gone
NOT_FOR_GOOD = (401, 408, 429)

Answer = dict[str, Any]
Run = Callable[..., HttpResponse]


def _as_it_is(answer: Answer, path: dict[str, str]) -> Answer:
    return answer


@dataclass(frozen=True)
class Once:
    """Wraps an operation. `keep` and `restore` are for answers with a secret in them that no table may hold."""

    keep: Callable[[Answer, dict[str, str]], Answer] = _as_it_is
    restore: Callable[[Answer, dict[str, str]], Answer] = _as_it_is

    def __call__(self, run: Run) -> Run:
        @wraps(run)
        def answer(request: HttpRequest, **path: str) -> HttpResponse:
            key = key_of(request) if request.method == "POST" else ""
            reader = bearer(request) if key else None
            return self._first(run, request, reader, key, path) if reader else run(request, **path)

        return answer

    def _first(self, run: Run, request: HttpRequest, reader: Reader, key: str, path: dict[str, str]) -> HttpResponse:
        row, mine = claim(reader, key, request, now=timezone.now())
        if not mine:
            return self._again(row, path)
        try:
            given = run(request, **path)
        except BaseException:
            row.delete()
            raise
        if given.status_code >= 500 or given.status_code in NOT_FOR_GOOD:
            row.delete()
        else:
            body = json.loads(given.content) if given.content else None
            finish(row, given.status_code, self.keep(body, path) if body and given.status_code < 400 else body)
        return given

    def _again(self, row: IdempotencyKey, path: dict[str, str]) -> HttpResponse:
        told = _wait(row)
        if told is None or told.status is None:
            text = _("The same command is being carried out just now. Ask again in a moment for its answer.")
            return response(Problem(409, "in_progress", text, retry_after=1))
        kept = answer_of(told)
        if kept is None:
            return HttpResponse(status=told.status, headers={REPLAYED: "true"})
        good = told.status < 400
        body = self.restore(kept, path) if good else kept
        return HttpResponse(
            json.dumps(body),
            status=told.status,
            content_type="application/json; charset=utf-8" if good else "application/problem+json",
            headers={REPLAYED: "true"},
        )


def key_of(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "").strip()
    if len(key) > LONGEST:
        raise Invalid({HEADER: [_("At most %(max_length)s characters, please.") % {"max_length": LONGEST}]})
    return key


def claim(reader: Reader, key: str, request: HttpRequest, *, now: datetime) -> tuple[IdempotencyKey, bool]:
    """The key's row, and whether this request is the one that carries the command out. Raises Invalid for a key that
    belongs to another command."""
    command, content = _command(request), digest(request)
    facts = {"command": command, "digest": content, "created_at": now}
    row, mine = IdempotencyKey.objects.get_or_create(reader=reader, key=key, defaults=facts)
    if mine or _take_over(row, command, content, now=now):
        return row, True
    if (row.command, row.digest) != (command, content):
        raise _reused()
    return row, False


def require_same(key: str, request: HttpRequest, *, now: datetime) -> None:
    """For a command that tells only later whose it is: nobody has sent it with this key and another body."""
    live = IdempotencyKey.objects.filter(key=key, command=_command(request), created_at__gte=_oldest(now))
    known = set(live.values_list("digest", flat=True))
    if known and digest(request) not in known:
        raise _reused()


def finish(row: IdempotencyKey, status: int, answer: Answer | None) -> None:
    """Kept as text: PostgreSQL would give the names back in another order. None: an answer without a body."""
    row.status, row.answer = status, json.dumps(answer)
    row.save(update_fields=["status", "answer"])


def answer_of(row: IdempotencyKey) -> Answer | None:
    answer: Answer | None = json.loads(row.answer or "null")
    return answer


def digest(request: HttpRequest) -> str:
    """Of the content, not of its bytes: neither a new multipart boundary nor the order of names makes another command."""
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        files = {name: [_file(part) for part in request.FILES.getlist(name)] for name in request.FILES}
        content = json.dumps([dict(request.POST.lists()), files], sort_keys=True)
    else:
        content = _canonical(request.body)
    return salted_hmac("api command", content, algorithm="sha256").hexdigest()


def purge(now: datetime) -> int:
    """Forgets answers that are older than settings.IDEMPOTENCY_HOURS; how many there were."""
    return IdempotencyKey.objects.filter(created_at__lt=_oldest(now)).delete()[0]


def _oldest(now: datetime) -> datetime:
    return now - timedelta(hours=settings.IDEMPOTENCY_HOURS)


def _command(request: HttpRequest) -> str:
    return f"{request.method} {request.get_full_path()}"[:300]


def _reused() -> Invalid:
    return Invalid({HEADER: [_("This key was sent before with another command. Nothing was done.")]}, "key_reused")


def _take_over(row: IdempotencyKey, command: str, content: str, *, now: datetime) -> bool:
    """A key that has run out, or whose command was cut off by a crash; of two that try one does."""
    old = row.created_at < _oldest(now)
    cut_off = row.status is None and row.digest == content and row.created_at < now - ABANDONED
    if not (old or cut_off):
        return False
    same = IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at)
    return bool(same.update(command=command, digest=content, status=None, answer=None, created_at=now))


def _wait(row: IdempotencyKey) -> IdempotencyKey | None:
    end = time.monotonic() + PATIENCE
    found: IdempotencyKey | None = row
    while found is not None and found.status is None and time.monotonic() < end:
        time.sleep(0.05)
        found = IdempotencyKey.objects.filter(pk=row.pk).first()
    return found


def _canonical(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body or b"null"), sort_keys=True)
    except (ValueError, RecursionError):
        return body.hex()


def _file(part: Any) -> str:
    found = hashlib.sha256()
    for chunk in part.chunks():
        found.update(chunk)
    part.seek(0)
    return found.hexdigest()
