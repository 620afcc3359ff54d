"""Signing in with a library card, and out."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Router
from pydantic import BaseModel, Field

from library_bridge import patrons
from library_bridge.models import Reader
from library_bridge.visits import client_address
from sharing.api import auth, idempotency, serializers
from sharing.api.bodies import Body
from sharing.api.schemas import Moment, ReaderOut
from sharing.models import ApiToken, IdempotencyKey

router = Router(tags=["sign-in"])


class TokenOut(BaseModel):
    token: str
    expires_at: Moment
    reader: ReaderOut


class Card(Body):
    library: str = Field("", max_length=40, description="Its code; not needed where there is one library only.")
    card_number: str = Field(min_length=1, max_length=200)
    pin: str = Field(min_length=1, max_length=200)


@router.post("/tokens", response={201: TokenOut}, operation_id="createToken", summary="Sign in")
def create_token(request: HttpRequest, response: HttpResponse, payload: Card) -> TokenOut:
    """Trade card number and PIN for a bearer token. Failures are counted by account and by network address."""
    now, key = timezone.now(), idempotency.key_of(request)
    if key:
        idempotency.require_same(key, request, now=now)
    reader = patrons.sign_in(
        library_code=payload.library, card_number=payload.card_number, pin=payload.pin,
        address=client_address(request), now=now,
    )  # fmt: skip
    auth.count_call(reader, now=now)
    text, token = _token_of(key, request, response, reader, now) if key else auth.issue(reader, now=now)
    return TokenOut(token=text, expires_at=token.expires_at, reader=serializers.reader(reader))


@router.delete(
    "/tokens/current", response={204: None}, auth=auth.bearer, operation_id="deleteToken", summary="Sign out"
)
def delete_token(request: HttpRequest) -> HttpResponse:
    """The token of this very call ends; others of the same reader stay."""
    auth.revoke(request, now=timezone.now())
    return HttpResponse(status=204)


def _token_of(
    key: str, request: HttpRequest, response: HttpResponse, reader: Reader, now: datetime
) -> tuple[str, ApiToken]:
    """Derived from the key, so that repeating needs no token kept in any table. One that was signed out stays dead: then
    the key's time begins anew, and with it another token."""
    row, mine = idempotency.claim(reader, key, request, now=now)
    if not mine and row.status is not None:
        token = auth.live(_text(row), now=now)
        if token is not None:
            response[idempotency.REPLAYED] = "true"
            return _text(row), token
        IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at).update(created_at=now)
        row.refresh_from_db()
    issued = auth.issue(reader, now=now, text=_text(row))
    idempotency.finish(row, 201, {})
    return issued


def _text(row: IdempotencyKey) -> str:
    facts = f"{row.reader_id} {row.created_at.isoformat()} {row.key}"
    return salted_hmac("api token", facts, algorithm="sha256").hexdigest()
