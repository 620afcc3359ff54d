"""Covers in the storage: files first, row last, so that no row ever points at what is not there (T4)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse

from personal_catalog.cover_pictures.making import Made, widths_up_to
from personal_catalog.models import CoverPicture

UNUSED = timedelta(days=1)
MOST_FORGOTTEN = 50


def keep(made: Made, *, now: datetime) -> CoverPicture:
    """The same picture is kept once, whoever brings it."""
    for width, content in made.files.items():
        path = path_of(made.name, width)
        if not default_storage.exists(path):
            saved = default_storage.save(path, ContentFile(content))
            if saved != path:  # another process was a moment faster
                default_storage.delete(saved)
    return CoverPicture.objects.update_or_create(name=made.name, defaults={"made_at": now})[0]


def read(name: str, width: int) -> bytes:
    """Raises FileNotFoundError."""
    with default_storage.open(path_of(name, width)) as file:
        return bytes(file.read())


def path_of(name: str, width: int) -> str:
    return f"covers/{name[:2]}/{name}-{width}.webp"


def widths_of(name: str) -> list[int]:
    return widths_up_to(int(name.rpartition("-")[2]))


def url(name: str, width: int) -> str:
    return reverse("cover-picture", args=[name, width])


def forget_unused(*, now: datetime) -> Iterator[str]:
    """Pictures that no title shows any more, after a day in which one could still come back to them."""
    unused = CoverPicture.objects.filter(made_at__lt=now - UNUSED, titles=None).order_by("made_at")
    for name in list(unused.values_list("name", flat=True)[:MOST_FORGOTTEN]):
        try:
            with transaction.atomic():
                CoverPicture.objects.filter(name=name, titles=None).delete()
        except ProtectedError:  # a title has taken it meanwhile
            continue
        for width in widths_of(name):
            default_storage.delete(path_of(name, width))
        yield name
