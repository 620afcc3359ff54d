"""A reader's groups: whom a copy can be shown to. Who is no member is told that there is none."""

from typing import Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from personal_catalog.models import Membership, ReaderGroup
from sharing import group_links, groups, profiles
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.errors import NotFound

router = signed_in("groups")

Name = Annotated[str, Field(min_length=1, max_length=profiles.LONGEST)]


class NewGroup(Body):
    name: Name
    kind: str = Field("other", description="class, floor, club or other.")
    my_name: Name = Field(description="What the members call you; they see nothing else of you.")


class NewLink(Body):
    days: int = 7
    most: int = Field(30, description="So many readers may come in by it.")


class Joining(Body):
    token: str = Field(max_length=200, description="The last part of the link's address.")
    name: Name = Field(description="What the members call you.")


class GroupOut(BaseModel):
    id: str = Field(description="Also the word for a copy's `visibility`.")
    name: str
    kind: str


class MemberOut(BaseModel):
    name: str
    runs_it: bool
    is_me: bool


class LinkOut(BaseModel):
    token: str
    expires_at: Moment
    most: int


@router.get("/me/groups", response=Page[GroupOut], operation_id="listMyGroups")
def list_my_groups(request: Call, paging: Query[Paging]) -> Page[GroupOut]:
    return Page[GroupOut].of(request, paging, groups.of(request.auth), _group)


@router.post("/groups", response={201: GroupOut}, operation_id="makeGroup")
def make_group(request: Call, payload: NewGroup) -> GroupOut:
    """You run it."""
    return _group(groups.make_group(actor=request.auth, now=timezone.now(), **payload.model_dump()))


@router.post("/groups/join", response=GroupOut, operation_id="joinGroup")
def join_group(request: Call, payload: Joining) -> GroupOut:
    """By a link; 404 for one that leads nowhere any more."""
    return _group(group_links.join_group(actor=request.auth, now=timezone.now(), **payload.model_dump()))


@router.get("/groups/{id}/members", response=Page[MemberOut], operation_id="listGroupMembers")
def list_group_members(request: Call, id: str, paging: Query[Paging]) -> Page[MemberOut]:
    def member(row: Membership) -> MemberOut:
        return MemberOut(name=row.name, runs_it=row.runs_it, is_me=row.reader_id == request.auth.pk)

    return Page[MemberOut].of(request, paging, groups.members(_mine(request, id)), member)


@router.post("/groups/{id}/link", response={201: LinkOut}, operation_id="makeGroupLink")
def make_group_link(request: Call, id: str, payload: NewLink) -> LinkOut:
    """In place of the one before. For whoever runs the group."""
    said = payload.model_dump()
    link = group_links.make_link(group_id=_mine(request, id), actor=request.auth, now=timezone.now(), **said)
    return LinkOut(token=group_links.token_of(link), expires_at=link.expires_at, most=link.most)


@router.delete("/groups/{id}/link", response={204: None}, operation_id="revokeGroupLink")
def revoke_group_link(request: Call, id: str) -> HttpResponse:
    group_links.revoke_link(group_id=_mine(request, id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/groups/{id}/leave", response={204: None}, operation_id="leaveGroup")
def leave_group(request: Call, id: str) -> HttpResponse:
    """Copies that were for this group alone are for nobody from now on; what is agreed goes on."""
    groups.leave_group(group_id=_mine(request, id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


def _group(row: ReaderGroup) -> GroupOut:
    return GroupOut(id=row.key, name=row.name, kind=row.kind)


def _mine(request: Call, id: str) -> int:
    group = groups.of(request.auth).filter(pk=ids.number(id.removeprefix("group-"))).first()
    if group is None:
        raise NotFound
    return group.pk
