"""Points, leaderboards and rewards for other programs, and `getMe`, which tells a reader's balance among the rest."""

import datetime as dt
from typing import Literal
from uuid import uuid4

from django.http import Http404
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Query
from pydantic import BaseModel, Field

from incentives import entries, leaderboards, ledger, reasons, rewards, scopes, standing, switches, vouchers
from incentives.leaderboards import Row
from incentives.models import Entry, Voucher
from incentives.rewards import Offer, WhyNot
from library_bridge.models import Patron, Reader
from sharing import notifications, todo
from sharing.api import idempotency, ids, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment, ReaderOut, TitleRef

router = signed_in("points")
me = signed_in("me")

Period = Literal["week", "month", "term", "all"]


class PointsOut(BaseModel):
    spendable: int
    waiting: int
    owed: int
    total: int


class StandingOut(BaseModel):
    level: int
    open_requests: int = Field(description="How many requests may be open at once.")
    reasons: list[str]


class CardOut(BaseModel):
    library: str
    name: str
    card_number: str


class Profile(ReaderOut):
    pseudonym: str
    on_leaderboards: bool
    area: str | None
    department: str
    theme: str
    cards: list[CardOut]


class Unread(BaseModel):
    notifications: int
    todo: int


class MeOut(BaseModel):
    reader: Profile
    standing: StandingOut
    balances: PointsOut | None = Field(description="null while the library or the reader has switched points off.")
    unread: Unread


class EntryOut(BaseModel):
    id: str
    at: Moment
    amount: int
    kind: str
    text: str
    note: str
    title: TitleRef | None
    counts_from: Moment | None


class PlaceOut(BaseModel):
    place: int
    pseudonym: str = Field(description="Empty on the list of books.")
    title: TitleRef | None = Field(description="On the list of books only.")
    count: int
    is_me: bool = Field(description="On the list of books: it is the caller's own.")


class ScopeOut(BaseModel):
    code: str = Field(description="For the parameter `scope`.")
    name: str


class BoardOut(Page[PlaceOut]):
    board: str
    name: str
    period: str
    scope: str
    scopes: list[ScopeOut] = Field(description="Whose lists the caller can ask for.")
    takes_part: bool


class RewardOut(BaseModel):
    id: str
    name: str
    description: str
    place: str
    price: int
    missing: int
    stock: int | None
    can_redeem: bool
    why_not: WhyNot = Field(
        description="Why it cannot be redeemed now: none left, as often as one reader can, the library's budget is used up, or"
        " points are missing."
    )
    picture: str | None = Field(description="Address of a square WebP picture, if the library has given one.")
    ends_at: Moment | None


class VoucherOut(BaseModel):
    code: str
    reward_id: str
    name: str
    place: str
    price: int
    status: str
    issued_at: Moment
    expires_at: Moment


class Redemption(Body):
    price: int | None = Field(
        None, ge=1, le=1_000_000, description="The price as it was shown: another one is refused."
    )


class Use(Body):
    target: str = Field(max_length=20, description="The id of a lending, or of a purchase suggestion, of one's own.")


@me.get("/me", response=MeOut, operation_id="getMe")
def get_me(request: Call) -> MeOut:
    """Who is signed in, how their requests are limited, their points, and what waits for them."""
    now, reader = timezone.now(), request.auth
    stands = standing.level(reader, now=now)
    return MeOut(
        reader=_profile(reader),
        standing=StandingOut(
            level=stands.level, open_requests=stands.open_requests, reasons=[line.text for line in stands.lines]
        ),
        balances=_balance(reader, now) if switches.of(reader).both else None,
        unread=Unread(notifications=notifications.unread_count(reader), todo=todo.count(reader, now)),
    )


@router.get("/me/points", response=PointsOut, operation_id="getMyPoints")
def get_my_points(request: Call) -> PointsOut:
    """What can be spent now, what still waits for its date, and what is owed after something was taken back."""
    switches.require(request.auth)
    return _balance(request.auth, timezone.now())


@router.get("/me/points/entries", response=Page[EntryOut], operation_id="listLedger")
def list_ledger(request: Call, paging: Query[Paging]) -> Page[EntryOut]:
    """Every change with its reason, newest first."""
    switches.require(request.auth)
    now = timezone.now()
    return Page[EntryOut].of(request, paging, entries.of(request.auth), lambda row: _entry(row, now))


@router.get("/leaderboards/{board}", response=BoardOut, operation_id="getLeaderboard")
def get_leaderboard(request: Call, board: str, period: Period = "month", scope: str = scopes.WHOLE) -> BoardOut:
    """Pseudonyms of readers who chose to take part, as of last night; nobody where fewer than five do. `books`: copies whose
    owners keep an open journey.

    `week` is the last 7 days, `month` the last 30, `term` the university's; `scope` is `all`, or what the caller belongs to:
    `department`, `group-…`, and `area` while the caller is on its list.
    """
    place = scopes.of(request.auth)
    place.switches.require()
    chosen = place.chosen(scope)
    if board not in leaderboards.Boards.values or chosen is None:
        raise Http404
    found = leaderboards.board(board, period, request.auth, chosen)
    places = [_place(row) for row in found.rows]
    return BoardOut(
        count=len(places), next=None, previous=None, items=places, board=board, name=found.name, period=period,
        scope=scope, scopes=[ScopeOut(code=one.code, name=one.name) for one in place.scopes], takes_part=found.takes_part,
    )  # fmt: skip


@router.get("/rewards", response=Page[RewardOut], operation_id="listRewards")
def list_rewards(request: Call, paging: Query[Paging]) -> Page[RewardOut]:
    """All on offer, with the points that are missing."""
    switches.require(request.auth)
    offers = rewards.available(request.auth, now=timezone.now())
    return Page[RewardOut].of(request, paging, offers, _reward)


@router.post("/rewards/{id}/redeem", response={201: VoucherOut}, operation_id="redeemReward")
def redeem_reward(request: Call, id: str, payload: Redemption | None = None) -> VoucherOut:
    """Takes the points and gives a voucher, both or neither."""
    voucher = rewards.redeem_reward(
        reward_id=ids.number(id), actor=request.auth, key=_key(request), now=timezone.now(),
        price=payload.price if payload else None,
    )  # fmt: skip
    return _voucher(voucher)


@router.post("/vouchers/{code}/use", response=VoucherOut, operation_id="useVoucher")
def use_voucher(request: Call, code: str, payload: Use) -> VoucherOut:
    """For rewards that the service carries out: the lending to be longer, or the purchase suggestion to come first."""
    target = ids.number(payload.target)
    return _voucher(vouchers.use_voucher(code=code, target=target, actor=request.auth, now=timezone.now()))


def _key(request: Call) -> str:
    """The domain keeps a key of its own: even after a crash in between, the same command redeems once."""
    given = idempotency.key_of(request)
    return salted_hmac("redeem", given).hexdigest() if given else uuid4().hex


def _profile(reader: Reader) -> Profile:
    cards = Patron.objects.filter(reader=reader).select_related("library")
    return Profile(
        **dict(serializers.reader(reader)), pseudonym=reader.pseudonym, on_leaderboards=reader.leaderboard_opt_in,
        area=reader.area.code if reader.area else None, department=reader.department, theme=reader.theme,
        cards=[CardOut(library=one.library.code, name=one.library.name, card_number=one.card_number) for one in cards],
    )  # fmt: skip


def _balance(reader: Reader, now: dt.datetime) -> PointsOut:
    found = ledger.balance(reader, now=now)
    return PointsOut(spendable=found.spendable, waiting=found.waiting, owed=found.owed, total=found.total)


def _entry(row: Entry, now: dt.datetime) -> EntryOut:
    (line,) = reasons.lines([row], now=now)
    return EntryOut(
        id=str(row.pk), at=line.at, amount=line.amount, kind=row.kind, text=line.words, note=line.note,
        title=serializers.title_ref(line.title) if line.title else None, counts_from=line.counts_from,
    )  # fmt: skip


def _place(row: Row) -> PlaceOut:
    return PlaceOut(
        place=row.place, pseudonym=row.pseudonym, count=row.count, is_me=row.is_me,
        title=serializers.title_ref(row.copy.title) if row.copy else None,
    )  # fmt: skip


def _reward(offer: Offer) -> RewardOut:
    row = offer.reward
    return RewardOut(
        id=str(row.pk), name=row.name, description=row.description, place=row.place, price=row.price,
        missing=offer.missing, stock=row.stock, can_redeem=offer.can_redeem, ends_at=row.ends_at,
        why_not=offer.why_not, picture=serializers.address(row.picture_url) if row.picture_url else None,
    )  # fmt: skip


def _voucher(row: Voucher) -> VoucherOut:
    return VoucherOut(
        code=row.code, reward_id=str(row.reward_id), name=row.reward.name, place=row.reward.place, price=row.price,
        status=row.status, issued_at=row.issued_at, expires_at=row.expires_at,
    )  # fmt: skip
