"""A reward's picture: whatever stands in the library's images is made anew, square, in two widths, and served from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Picture
from PIL import ImageOps
from wagtail.images.models import Image

from incentives.models import Reward
from personal_catalog import pictures
from personal_catalog.pictures import PictureRefused

MOST_BYTES = 8_000_000
WIDTHS = (176, 352)
"""As wide as it is drawn, and twice that for fine screens."""
QUALITY = 80


@dataclass(frozen=True, slots=True)
class Made:
    """`name` tells the content; WebP without any metadata, by width."""

    name: str
    files: Mapping[int, bytes]


def make(image: Image) -> Made:
    """Cut around the point that staff have marked, else the middle. Raises PictureRefused, also with the code too_many_bytes
    or gone."""
    plain = pictures.decoded(_content(image), longest=4 * WIDTHS[-1])
    middle = _middle(image)
    files = {width: _file(plain, width, middle) for width in WIDTHS}
    return Made(sha256(b"".join(files.values())).hexdigest()[:16], files)


def keep(made: Made) -> str:
    """Its name. The same picture is kept once; what a crash has left of it half-written is written anew."""
    for width, content in made.files.items():
        path = _path(made.name, width)
        if not _holds(path, content):
            default_storage.delete(path)
            saved = default_storage.save(path, ContentFile(content))
            if saved != path:  # another process was a moment faster
                default_storage.delete(saved)
    return made.name


def forget_unless_shown(name: str) -> None:
    """After the commit that let go of it."""
    if name and not _shown(name):
        for width in WIDTHS:
            default_storage.delete(_path(name, width))


def forget_deleted_images() -> int:
    """Pictures of rewards whose image staff have deleted; how many."""
    orphans = Reward.objects.filter(picture=None).exclude(picture_name="")
    names = set(orphans.values_list("picture_name", flat=True))
    orphans.update(picture_name="")
    for name in names:
        forget_unless_shown(name)
    return len(names)


def read(name: str, width: int) -> bytes:
    """Only what a reward shows: neither a former picture nor one whose image staff have deleted. Raises FileNotFoundError."""
    if not _shown(name):
        raise FileNotFoundError(name)
    with default_storage.open(_path(name, width)) as file:
        return bytes(file.read())


def _shown(name: str) -> bool:
    return Reward.objects.filter(picture_name=name, picture__isnull=False).exists()


def _holds(path: str, content: bytes) -> bool:
    try:
        with default_storage.open(path) as file:
            return bytes(file.read(len(content) + 1)) == content
    except FileNotFoundError:
        return False


def _content(image: Image) -> bytes:
    try:
        with image.file.storage.open(image.file.name) as file:
            content = bytes(file.read(MOST_BYTES + 1))
    except OSError:
        raise PictureRefused("gone") from None
    if len(content) > MOST_BYTES:
        raise PictureRefused("too_many_bytes")
    return content


def _middle(image: Image) -> tuple[float, float]:
    """In shares of width and height."""
    point = image.get_focal_point()
    if point is None:
        return 0.5, 0.5
    return min(point.centroid_x / image.width, 1.0), min(point.centroid_y / image.height, 1.0)


def _file(plain: Picture.Image, width: int, middle: tuple[float, float]) -> bytes:
    fitted = ImageOps.fit(plain, (width, width), Picture.Resampling.LANCZOS, centering=middle)
    written = BytesIO()
    fitted.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()


def _path(name: str, width: int) -> str:
    return f"rewards/{name[:2]}/{name}-{width}.webp"
