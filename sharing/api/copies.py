"""The reader's own copies."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Query, UploadedFile
from pydantic import Field, model_validator

from personal_catalog import copies, exports, listing, photos, tags
from personal_catalog.formats.registry import FORMATS
from personal_catalog.models import Copy, CopyPhoto
from personal_catalog.models.tags import TAG_LENGTH
from sharing import custody, groups
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.pictures import PICTURE, answered
from sharing.api.problems import Invalid
from sharing.errors import NotFound

router = signed_in("copies")

CSV = "text/csv; charset=utf-8"
ShelfFormat = Literal["csv", "marc21", "marcxml", "bibtex", "ris", "csl-json"]

Mode = Literal["lend", "drift", "gift", "display"]
Condition = Literal["new", "good", "fair", "worn"]
Visibility = Annotated[
    str,
    Field(
        pattern=r"^(everyone|groups|nobody|group-[0-9]{1,12})$",
        description="everyone, groups (all of mine), the id of one of `listMyGroups`, or nobody.",
    ),
]
Name = Annotated[str, Field(max_length=200)]
Tag = Annotated[str, Field(min_length=1, max_length=TAG_LENGTH)]


ENDINGS = {"marc21": "mrc", "marcxml": "xml", "bibtex": "bib", "ris": "ris", "csl-json": "json"}
"""Of the forms that write titles; `csv` alone writes copies, with all that their owner says of them."""
FILE: dict[str, Any] = {
    "description": "The file.",
    "content": {
        kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
        for kind in (CSV, *(FORMATS[ending].content_type for ending in ENDINGS.values()))
    },
}


class Typed(Body):
    """A book as a reader types it; a curator looks it through."""

    title: str = Field(min_length=1, max_length=500)
    subtitle: str = Field("", max_length=500)
    creators: list[Name] = Field([], max_length=20)
    translators: list[Name] = Field([], max_length=10)
    publisher: str = Field("", max_length=200)
    edition: str = Field("", max_length=100)
    year: int | None = Field(None, ge=-3000, le=2199)
    language: str = Field("", max_length=20)


class NewCopy(Body):
    isbn: str = Field("", max_length=100, description="In any form.")
    title: Typed | None = None
    mode: Mode = "lend"
    condition: Condition = "good"
    note: str = Field("", max_length=copies.NOTE_LENGTH)
    visibility: Visibility = "everyone"
    tags: list[Tag] = Field([], max_length=tags.MOST_ON_COPY)

    @model_validator(mode="after")
    def _one_of_them(self) -> "NewCopy":
        if not self.isbn.strip() and self.title is None:
            raise Invalid({"isbn": [_("An ISBN or a title is needed.")]})
        return self


class CopyChanges(Body):
    """A note that is null is taken away."""

    mode: Mode | None = None
    condition: Condition | None = None
    note: str | None = Field(None, max_length=copies.NOTE_LENGTH)
    visibility: Visibility | None = None
    status: Literal["listed", "paused"] | None = None
    tags: list[Tag] | None = Field(None, max_length=tags.MOST_ON_COPY, description="These and no others.")

    @model_validator(mode="before")
    @classmethod
    def _no_note(cls, sent: Any) -> Any:
        return {**sent, "note": ""} if isinstance(sent, dict) and sent.get("note", "") is None else sent


@router.post("/copies", response={201: schemas.CopyOut}, operation_id="addCopy")
def add_copy(request: Call, payload: NewCopy) -> schemas.CopyOut:
    """By ISBN, by a title typed by hand, or both."""
    said = payload.title.model_dump() if payload.title else None
    require_own_group(request, payload.visibility)
    how = payload.model_dump(include={"mode", "condition", "note", "visibility"})
    listed = listing.list_copy(
        owner=request.auth, now=timezone.now(), number=payload.isbn.strip(), said=said, tagged=payload.tags, **how
    )
    return serializers.copy(_own(request, str(listed.copy.pk)))


@router.get("/me/copies", response=Page[schemas.CopyOut], operation_id="listMyCopies")
def list_my_copies(request: Call, paging: Query[Paging]) -> Page[schemas.CopyOut]:
    return Page[schemas.CopyOut].of(request, paging, serializers.copies(request.auth), serializers.copy)


@router.get("/me/copies/export", operation_id="exportCopies", openapi_extra={"responses": {200: FILE}})
def export_copies(request: Call, format: ShelfFormat = "csv") -> StreamingHttpResponse:
    """The shelf as a file: each copy with how it is lent (csv), else each title once, as the shelf's page writes them."""
    if format == "csv":
        return _file(exports.shelf_csv(request.auth), "csv", CSV)
    made = FORMATS[ENDINGS[format]]
    return _file(made.file(exports.cards(exports.titles_on_shelf(request.auth))), made.ending, made.content_type)


def _file(parts: Iterable[str | bytes], ending: str, content_type: str) -> StreamingHttpResponse:
    file = StreamingHttpResponse(parts, content_type=content_type)
    file["Content-Disposition"] = f'attachment; filename="bookrelay-copies.{ending}"'
    return file


@router.get("/copies/{id}", response=schemas.CopyOut, operation_id="getCopy")
def get_copy(request: Call, id: str) -> schemas.CopyOut:
    return serializers.copy(_own(request, id))


@router.patch("/copies/{id}", response=schemas.CopyOut, operation_id="updateCopy")
def update_copy(request: Call, id: str, payload: CopyChanges) -> schemas.CopyOut:
    """Only what is sent is changed. While the copy is away, how it is lent stays."""
    require_own_group(request, payload.visibility or "")
    changes = payload.model_dump(exclude_unset=True)
    if changes.get("tags", ()) is None:
        del changes["tags"]
    copies.update_copy(copy_id=ids.number(id), actor=request.auth, changes=changes, now=timezone.now())
    return serializers.copy(_own(request, id))


@router.delete("/copies/{id}", response={204: None}, operation_id="withdrawCopy")
def withdraw_copy(request: Call, id: str) -> HttpResponse:
    """Off the shelf for good; refused while the copy is promised or away."""
    custody.withdraw_copy(copy_id=ids.number(id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/copies/{id}/photos", response={201: schemas.PhotoOut}, operation_id="addCopyPhoto")
def add_copy_photo(request: Call, id: str, file: File[UploadedFile | None] = None) -> schemas.PhotoOut:
    """JPEG, PNG or WebP in `file`, at most six a copy. It is made anew: place, device and all else that a camera writes into
    a picture are gone."""
    own = _own(request, id)  # whose copy it is comes before what is sent
    if file is None:
        raise Invalid({"file": [_("A picture is needed.")]})
    made = photos.add_photo(copy_id=own.pk, actor=request.auth, content=file.read(), now=timezone.now())
    return serializers.photo(made)


@router.get("/photos/{id}", operation_id="getCopyPhoto", openapi_extra={"responses": {200: PICTURE}})
def get_copy_photo(request: Call, id: str, size: Literal["large", "small"] = "large") -> FileResponse:
    """WebP, for whoever may see the copy: its addresses open without a key only while everybody may."""
    row = CopyPhoto.objects.visible_to(request.auth).filter(pk=ids.number(id)).first()
    if row is None:
        raise NotFound
    return answered(row.large if size == "large" else row.small, name="photo")


@router.delete("/photos/{id}", response={204: None}, operation_id="removeCopyPhoto")
def remove_copy_photo(request: Call, id: str) -> HttpResponse:
    photos.remove_photo(photo_id=ids.number(id), actor=request.auth)
    return HttpResponse(status=204)


def require_own_group(request: Call, visibility: str) -> None:
    if visibility.startswith("group-") and visibility not in {group.key for group in groups.of(request.auth)}:
        raise Invalid({"visibility": [_("This is no group of yours.")]})


def _own(request: Call, id: str) -> Copy:
    row = serializers.copies(request.auth).filter(pk=ids.number(id)).first()
    if row is None:
        raise NotFound
    return row
