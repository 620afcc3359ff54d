"""Signing in with a library card, and out."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Router
from pydantic import BaseModel, Field

from library_bridge import patrons
from library_bridge.models import Reader
from library_bridge.visits import client_address
from sharing.api import auth, idempotency, serializers
from sharing.api.schemas import Moment, ReaderOut
from sharing.models import ApiToken

router = Router(tags=["sign-in"])


class TokenOut(BaseModel):
    token: str
    expires_at: Moment
    reader: ReaderOut


class Card(BaseModel):
    library: str = Field("", max_length=40, description="Its code; not needed where there is one library only.")
    card_number: str = Field(min_length=1, max_length=200)
    pin: str = Field(min_length=1, max_length=200)


@router.post("/tokens", response={201: TokenOut}, operation_id="createToken", summary="Sign in")
def create_token(request: HttpRequest, payload: Card) -> TokenOut:
    """Trade card number and PIN for a bearer token. Failures are counted by account and by network address."""
    now = timezone.now()
    reader = patrons.sign_in(
        library_code=payload.library, card_number=payload.card_number, pin=payload.pin,
        address=client_address(request), now=now,
    )  # fmt: skip
    auth.count_call(reader, now=now)
    text, token = _token(request, reader)
    return TokenOut(token=text, expires_at=token.expires_at, reader=serializers.reader(reader))


@router.delete(
    "/tokens/current", response={204: None}, auth=auth.bearer, operation_id="deleteToken", summary="Sign out"
)
def delete_token(request: HttpRequest) -> HttpResponse:
    """The token of this very call ends; others of the same reader stay."""
    auth.revoke(request, now=timezone.now())
    return HttpResponse(status=204)


def _token(request: HttpRequest, reader: Reader) -> tuple[str, ApiToken]:
    """With an Idempotency-Key the token is derived from it, so that repeating needs no token kept in any table."""
    now, key = timezone.now(), idempotency.key_of(request)
    if not key:
        return auth.issue(reader, now=now)
    row, mine = idempotency.claim(reader, key, request, now=now)
    text = salted_hmac("api token", f"{reader.pk} {row.created_at.isoformat()} {key}", algorithm="sha256").hexdigest()
    if not mine and row.status is not None:
        return text, ApiToken(reader=reader, expires_at=idempotency.answer_of(row)["expires_at"])
    issued = auth.issue(reader, now=now, text=text)
    idempotency.finish(row, 201, {"expires_at": issued[1].expires_at.isoformat()})
    return issued
