"""Photographs of a copy, added and removed by its owner. They are made anew before anybody sees them."""

import shutil
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.db.models import Sum

from personal_catalog import pictures
from personal_catalog.errors import PhotoRefused
from personal_catalog.models import Copy, CopyPhoto
from personal_catalog.models.photos import CopyPhotoQuerySet, new_token
from personal_catalog.pictures import Remade

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST = 6
LARGE, SMALL = 1600, 320  # pixels of the longer side


def add_photo(*, copy_id: int, actor: "Reader", content: bytes, now: datetime) -> CopyPhoto:
    """Decodes and encodes (a second), so never inside a transaction. Raises PictureRefused for what is no picture,
    PhotoRefused where there is no room for it, Copy.DoesNotExist for a copy that is not the actor's."""
    _require_room(Copy.objects.owned_by(actor).get(pk=copy_id), actor)
    large, small = pictures.remake(content, longest=(LARGE, SMALL))
    photo = CopyPhoto(token=new_token(), width=large.width, height=large.height, taken_at=now)
    photo.bytes = len(large.content) + len(small.content)
    photo.large.name, photo.small.name = (_stored(photo.token, one) for one in (large, small))
    try:
        return _save(photo, copy_id, actor)
    except BaseException:
        _forget_files(photo)
        raise


@transaction.atomic(durable=True)
def _save(photo: CopyPhoto, copy_id: int, actor: "Reader") -> CopyPhoto:
    photo.copy = Copy.objects.owned_by(actor).select_for_update(of=("self",), no_key=True).get(pk=copy_id)
    _require_room(photo.copy, actor)
    photo.save()
    return photo


@transaction.atomic(durable=True)
def remove_photo(*, photo_id: int, actor: "Reader") -> None:
    """With its files. CopyPhoto.DoesNotExist for another's."""
    rows = CopyPhoto.objects.select_for_update(of=("self",)).filter(copy__in=Copy.objects.owned_by(actor))
    _delete(rows.get(pk=photo_id))


@transaction.atomic
def remove_reported(*, photo_id: int) -> None:
    """A moderator's decision, inside the caller's transaction. One that its owner has removed since is no matter."""
    photo = CopyPhoto.objects.select_for_update(of=("self",)).filter(pk=photo_id).first()
    if photo is not None:
        _delete(photo)


def remove_all(*, copy: Copy) -> None:
    """Inside the caller's transaction: the copy is off the shelf for good."""
    for photo in copy.photos.all():
        _delete(photo)


def _delete(photo: CopyPhoto) -> None:
    photo.delete()
    transaction.on_commit(lambda: _forget_files(photo))


def _require_room(copy: Copy, actor: "Reader") -> None:
    """T-U5: so many a copy, so much a reader, so much together, and never the last of the disk."""
    if copy.photos.count() >= MOST:
        raise PhotoRefused("too_many")
    if _bytes(CopyPhoto.objects.filter(copy__owner=actor)) > settings.PHOTOS_MAX_BYTES_OF_READER:
        raise PhotoRefused("quota")
    require_space()


def require_space() -> None:
    """For a picture more, whoever's. Raises PhotoRefused."""
    if _bytes(CopyPhoto.objects.all()) > settings.PHOTOS_MAX_BYTES or _free_bytes() < settings.UPLOADS_KEEP_FREE_BYTES:
        raise PhotoRefused("no_space")


def _bytes(photos: CopyPhotoQuerySet) -> int:
    return photos.aggregate(all=Sum("bytes"))["all"] or 0


def _free_bytes() -> float:
    """A storage elsewhere looks after its own room."""
    local = getattr(default_storage, "_wrapped", default_storage)
    if not isinstance(local, FileSystemStorage):
        return float("inf")
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    return float(shutil.disk_usage(settings.MEDIA_ROOT).free)


def _stored(token: str, made: Remade) -> str:
    return default_storage.save(f"copies/{token[:2]}/{token}-{made.width}.webp", ContentFile(made.content))


def _forget_files(photo: CopyPhoto) -> None:
    for name in (photo.large.name, photo.small.name):
        if name:
            default_storage.delete(name)
