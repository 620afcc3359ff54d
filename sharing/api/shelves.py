"""Shelves that readers show under a name chosen for it: the ones a reader follows, and their own."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from personal_catalog.models import Copy
from sharing import following, profiles
from sharing.api import schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import ShelfFollow, ShownShelf

router = signed_in("shelves")


class ShelfName(Body):
    name: str = Field(
        min_length=1, max_length=profiles.LONGEST, description="All readers see it; it is not your display name."
    )


class ShelfOut(BaseModel):
    code: str = Field(description="Its address; closed and opened again it has another.")
    name: str
    own: bool
    followed: bool


class MyShelfOut(BaseModel):
    code: str
    name: str
    opened_at: Moment
    followers: int = Field(description="0 also for fewer than five.")


class ShelfBookOut(BaseModel):
    holding_id: str
    title: schemas.TitleRef
    mode: str


@router.get("/me/followed-shelves", response=Page[ShelfOut], operation_id="listFollowedShelves")
def list_followed_shelves(request: Call, paging: Query[Paging]) -> Page[ShelfOut]:
    """The last followed first."""

    def one(row: ShownShelf) -> ShelfOut:
        return ShelfOut(code=row.code, name=row.name, own=False, followed=True)

    return Page[ShelfOut].of(request, paging, following.followed_by(request.auth), one)


@router.get("/shelves", response=Page[ShelfOut], operation_id="discoverShelves")
def discover_shelves(request: Call, paging: Query[Paging]) -> Page[ShelfOut]:
    """Others' shelves that you do not follow, those with the newest books first; a dozen at most."""

    def one(row: ShownShelf) -> ShelfOut:
        return ShelfOut(code=row.code, name=row.name, own=False, followed=False)

    return Page[ShelfOut].of(request, paging, following.to_discover(request.auth), one)


@router.get("/shelves/{code}", response=ShelfOut, operation_id="getShelf")
def get_shelf(request: Call, code: str) -> ShelfOut:
    return _shelf(request, _shown(code))


@router.get("/shelves/{code}/books", response=Page[ShelfBookOut], operation_id="listShelfBooks")
def list_shelf_books(request: Call, code: str, paging: Query[Paging]) -> Page[ShelfBookOut]:
    """What everybody may see of it, the newest first."""
    return Page[ShelfBookOut].of(request, paging, following.books_of(_shown(code)), _book)


@router.post("/shelves/{code}/follow", response=ShelfOut, operation_id="followShelf")
def follow_shelf(request: Call, code: str) -> ShelfOut:
    """You are told of new books, once a day at most; its reader does not learn who follows."""
    return _shelf(request, following.follow_shelf(code=code, actor=request.auth, now=timezone.now()))


@router.delete("/shelves/{code}/follow", response={204: None}, operation_id="unfollowShelf")
def unfollow_shelf(request: Call, code: str) -> HttpResponse:
    following.unfollow_shelf(code=code, actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.get("/me/shown-shelf", response=MyShelfOut, operation_id="getMyShelf")
def get_my_shelf(request: Call) -> MyShelfOut:
    """404 while you show none."""
    shelf = ShownShelf.objects.filter(reader=request.auth).first()
    if shelf is None:
        raise NotFound
    return MyShelfOut(
        code=shelf.code, name=shelf.name, opened_at=shelf.opened_at, followers=following.followers(request.auth)
    )


@router.put("/me/shown-shelf", response=MyShelfOut, operation_id="showMyShelf")
def show_my_shelf(request: Call, payload: ShelfName) -> MyShelfOut:
    """Your agreement that others follow it; again it changes the name."""
    following.open_shelf(actor=request.auth, name=payload.name, now=timezone.now())
    return get_my_shelf(request)


@router.delete("/me/shown-shelf", response={204: None}, operation_id="closeMyShelf")
def close_my_shelf(request: Call) -> HttpResponse:
    """Nobody follows it any more."""
    following.close_shelf(actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


def _shown(code: str) -> ShownShelf:
    shelf = following.shown().filter(code=code).first()
    if shelf is None:
        raise NotFound
    return shelf


def _shelf(request: Call, row: ShownShelf) -> ShelfOut:
    followed = ShelfFollow.objects.filter(shelf=row, follower=request.auth).exists()
    return ShelfOut(code=row.code, name=row.name, own=row.is_of(request.auth), followed=followed)


def _book(row: Copy) -> ShelfBookOut:
    return ShelfBookOut(holding_id=row.key, title=serializers.title_ref(row.title), mode=row.mode)
