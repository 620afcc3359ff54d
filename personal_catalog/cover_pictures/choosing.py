"""Which cover a title has: a curator's word stands, whether it is a picture or that there shall be none."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog.cover_pictures import kept, making
from personal_catalog.errors import NotAllowed
from personal_catalog.models import CoverPicture, CoverSearch, Title, TitleChange
from personal_catalog.titles import CURATOR, may_curate

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

COVER = "cover"


@transaction.atomic(durable=True)
def take_found(*, title_id: int, picture: CoverPicture, source: str, now: datetime) -> bool:
    """A cover that a server had. False where the title has one meanwhile, or a curator wants none. Locks the title."""
    title = Title.objects.live().select_for_update(of=("self",), no_key=True).filter(pk=title_id).first()
    if title is None or title.cover_id is not None or title.provenance.get(COVER) == CURATOR:
        return False
    _set(title, picture, source, now)
    data = {"fields": [COVER], "provenance": {COVER: source}}
    TitleChange.objects.create(title=title, kind=TitleChange.Kind.COMPLETED, data=data, at=now)
    return True


def upload_cover(*, title_id: int, actor: "Reader", content: bytes, now: datetime) -> Title:
    """Raises NotAllowed, PictureRefused. Draws the picture anew, so not inside a transaction."""
    if not may_curate(actor):
        raise NotAllowed
    picture = kept.keep(making.cover(content), now=now)
    return _correct(title_id, actor, picture, now)


def remove_cover(*, title_id: int, actor: "Reader", now: datetime) -> Title:
    """The title keeps its typeset cover, and none is looked for again until a curator says so. Raises NotAllowed."""
    if not may_curate(actor):
        raise NotAllowed
    return _correct(title_id, actor, None, now)


@transaction.atomic(durable=True)
def look_again(*, title_id: int, actor: "Reader", now: datetime) -> bool:
    """Has the servers asked anew; False for a title with a cover. Locks the title. Raises NotAllowed."""
    if not may_curate(actor):
        raise NotAllowed
    title = Title.objects.records().select_for_update(of=("self",), no_key=True).get(pk=title_id)
    if title.cover_id is not None:
        return False
    if title.provenance.pop(COVER, None):
        title.save(update_fields=["provenance"])
    CoverSearch.objects.update_or_create(title=title, defaults={"next_at": now, "tries": 0})
    return True


@transaction.atomic(durable=True)
def _correct(title_id: int, actor: "Reader", picture: CoverPicture | None, now: datetime) -> Title:
    title = Title.objects.records().select_for_update(of=("self",), no_key=True).get(pk=title_id)
    before = [title.provenance.get(COVER, "") if title.cover_id else "", CURATOR if picture else ""]
    _set(title, picture, CURATOR, now)
    kind = TitleChange.Kind.CORRECTED
    TitleChange.objects.create(title=title, kind=kind, actor=actor, data={COVER: before}, at=now)
    return title


def _set(title: Title, picture: CoverPicture | None, source: str, now: datetime) -> None:
    title.cover, title.updated_at = picture, now
    title.provenance = {**title.provenance, COVER: source}
    title.save(update_fields=["cover", "provenance", "updated_at"])
