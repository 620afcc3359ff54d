"""Bearer tokens: made at sign-in, kept as a digest only, counted at every call. Cookies mean nothing here (T-R9)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security.http import HttpAuthBase

from library_bridge.models import Reader
from library_bridge.throttle import Counter
from sharing.errors import LimitReached
from sharing.models import ApiToken

MINUTE = 60
_KNOWN = "_bearer_of_this_request"


class Call(HttpRequest):
    """A request that has passed `Bearer`."""

    auth: Reader


class Bearer(HttpAuthBase):
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Reader | None:
        """Asked twice in one request, for idempotency and for the operation, it looks and counts once."""
        if not hasattr(request, _KNOWN):
            setattr(request, _KNOWN, self._welcome(request))
        found: Reader | None = getattr(request, _KNOWN)
        return found

    def _welcome(self, request: HttpRequest) -> Reader | None:
        now = timezone.now()
        token = token_of(request, now=now)
        if token is None:
            return None
        count_call(token.reader, now=now)
        if token.reader.language:
            translation.activate(token.reader.language)
        return token.reader


bearer = Bearer()


def token_of(request: HttpRequest, *, now: datetime) -> ApiToken | None:
    scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        return None
    return live(text.strip(), now=now)


def live(text: str, *, now: datetime) -> ApiToken | None:
    rows = ApiToken.objects.filter(digest=digest(text), expires_at__gt=now, reader__is_active=True)
    return rows.select_related("reader").first()


def issue(reader: Reader, *, now: datetime, text: str = "") -> tuple[str, ApiToken]:
    """A new token, or the one that `text` is."""
    text = text or secrets.token_urlsafe(32)
    row, _made = ApiToken.objects.get_or_create(
        digest=digest(text),
        defaults={"reader": reader, "created_at": now, "expires_at": now + timedelta(days=settings.API_TOKEN_DAYS)},
    )
    return text, row


def revoke(request: HttpRequest, *, now: datetime) -> None:
    token = token_of(request, now=now)
    if token is not None:
        token.delete()


def purge(now: datetime) -> int:
    """Tokens that have run out; how many there were."""
    return ApiToken.objects.filter(expires_at__lte=now).delete()[0]


def count_call(reader: Reader, *, now: datetime) -> None:
    """By account, so that many tokens give no more calls than one (T-R17). Raises LimitReached."""
    counter = Counter(f"api:calls:{reader.pk}", settings.API_CALLS_PER_MINUTE, MINUTE)
    if counter.add(now=now) > counter.limit:
        until = now + timedelta(seconds=counter.seconds_left(now=now))
        raise LimitReached(_("Too many calls within a minute. Nothing was done; please wait a moment."), until)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
