"""Pictures from outside: read with suspicion, made anew, never kept as they came (T-U1 to T-U3). Pure: bytes in, bytes out."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
SHORTEST_SIDE = 16
MOST_STRETCHED = 10
QUALITY = 82
DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "F")
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the parts of Pillow raise for bytes that are not what they say: OSError for a picture that is cut off."""
_one_at_a_time = Lock()
"""A picture at the limit takes some 200 MB while it is decoded: the threads of a process take turns."""


class PictureRefused(Exception):
    """`code` is empty, kind (none of FORMATS), too_many_pixels, shape (a dot or a strip) or broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Remade:
    """WebP without any metadata."""

    content: bytes
    width: int
    height: int


def remake(content: bytes, *, longest: Sequence[int]) -> list[Remade]:
    """One version for each length in pixels of the longer side, upright, of the first frame. Raises PictureRefused. The
    header is read first: nothing is decoded of a picture with too many pixels."""
    plain = decoded(content, longest=max(longest))
    return [_encoded(plain, length) for length in longest]


def decoded(content: bytes, *, longest: int) -> Image.Image:
    """Its first frame, upright, in plain RGB, no longer than so many pixels, with nothing told beside it. Raises
    PictureRefused."""
    if not content:
        raise PictureRefused("empty")
    with _one_at_a_time, _opened(content) as picture:
        _require_sane(picture)
        return _decoded(picture, longest)


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused("too_many_pixels") from None
    except UnidentifiedImageError:
        raise PictureRefused("kind") from None
    except BROKEN:
        raise PictureRefused("broken") from None


def _require_sane(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PictureRefused("too_many_pixels")
    if min(width, height) < SHORTEST_SIDE or max(width, height) > MOST_STRETCHED * min(width, height):
        raise PictureRefused("shape")


def _decoded(picture: Image.Image, longest: int) -> Image.Image:
    """In 8-bit RGB, on white, turned upright, not much larger than needed."""
    try:
        turned = picture.getexif().get(0x0112, 1)
        picture.draft("RGB", (longest, longest))
        picture.load()
        plain = _rgb(picture)
    except BROKEN:
        raise PictureRefused("broken") from None
    plain.thumbnail((longest, longest))
    exif = Image.Exif()
    exif[0x0112] = turned if turned in range(1, 9) else 1
    plain.info = {"exif": exif.tobytes()}
    upright = ImageOps.exif_transpose(plain)
    return Image.frombytes(
        "RGB", upright.size, upright.tobytes()
    )  # of the bytes alone: whatever was told beside them is gone


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode in DEEP_GREY:
        low, high = picture.convert("I").getextrema()
        scale = 1 / 256 if max(abs(float(low)), float(high)) > 255 else 1  # type: ignore[arg-type]
        return picture.convert("I").point(lambda level: level * scale).convert("L").convert("RGB")
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _encoded(plain: Image.Image, longest: int) -> Remade:
    smaller = plain.copy()
    smaller.thumbnail((longest, longest))
    made = BytesIO()
    smaller.save(made, "WEBP", quality=QUALITY)
    return Remade(made.getvalue(), *smaller.size)
