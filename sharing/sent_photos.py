"""A photo that comes with a step: made anew without place and device, and stored before the step's transaction (a second). It
goes again when the step fails, or when no row names it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from personal_catalog import photos, pictures
from personal_catalog.errors import PhotoRefused
from personal_catalog.models.photos import new_token
from personal_catalog.pictures import PictureRefused
from sharing.errors import Denied


class SentPhoto(NamedTuple):
    token: str
    name: str
    """Of the file; empty without a photo."""

    def forget(self) -> None:
        if self.name:
            default_storage.delete(self.name)


@contextmanager
def stored(photo: bytes | None, *, folder: str, longest: int, can_do_without: bool = True) -> Iterator[SentPhoto]:
    """For the time of the step. `longest`: pixels of the longer side. Raises Denied for a picture that is none."""
    token = new_token()
    sent = SentPhoto(
        token,
        _stored(photo, f"{folder}/{token[:2]}/{token}.webp", longest, can_do_without) if photo is not None else "",
    )
    with ExitStack() as undo:
        undo.callback(sent.forget)
        yield sent
        undo.pop_all()


def _stored(photo: bytes, name: str, longest: int, can_do_without: bool) -> str:
    try:
        photos.require_space()
        (made,) = pictures.remake(photo, longest=(longest,))
    except PictureRefused:
        raise Denied(_("This is no picture that can be taken. JPEG, PNG and WebP can."), field="photo") from None
    except PhotoRefused:
        no_room = _("There is no room for photos just now. Save it without one.")
        raise Denied(no_room if can_do_without else _("There is no room for photos just now."), field="photo") from None
    return default_storage.save(name, ContentFile(made.content))
