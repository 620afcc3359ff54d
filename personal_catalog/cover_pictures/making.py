"""A cover out of whatever bytes came: decoded within bounds, fitted to the shape of a book, drawn anew. Pure.

Nothing of the original is kept but its pixels (T-D3, T-U1 to T-U3). docs/decisions/0010-covers.md says why three widths and
why WebP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from personal_catalog import pictures
from personal_catalog.pictures import PictureRefused

MOST_BYTES = 8_000_000
LEAST_SIDE = 60  # pixels; what is smaller is a service's word for "no cover"
MOST_OBLONG = 3.0
WIDTHS = (120, 240, 480)
TALL = 7 / 5
CUT = (0.6, 0.86)  # width to height: what is this near to a book's shape loses an edge, what is farther gets a margin
QUALITY = 80


@dataclass(frozen=True, slots=True)
class Made:
    """`name` tells the content and the greatest width; `files` by width."""

    name: str
    files: Mapping[int, bytes]


def cover(content: bytes) -> Made:
    """Raises PictureRefused, also with the code too_many_bytes."""
    if len(content) > MOST_BYTES:
        raise PictureRefused("too_many_bytes")
    picture = pictures.decoded(content, longest=2 * WIDTHS[-1])
    short, long = sorted(picture.size)
    if short < LEAST_SIDE or long > MOST_OBLONG * short:
        raise PictureRefused("shape")
    widths = widths_up_to(min(picture.width, round(picture.height / TALL), WIDTHS[-1]))
    files = {width: _file(picture, width) for width in widths}
    digest = sha256(b"".join(files.values())).hexdigest()[:16]
    return Made(f"{digest}-{widths[-1]}", files)


def widths_up_to(greatest: int) -> list[int]:
    """Nothing is blown up: a smaller picture has smaller files."""
    return [*(width for width in WIDTHS if width < greatest), greatest]


def _file(picture: Image.Image, width: int) -> bytes:
    size = (width, round(width * TALL))
    if CUT[0] <= picture.width / picture.height <= CUT[1]:
        fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    else:
        red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).tobytes()
        fitted = ImageOps.pad(picture, size, Image.Resampling.LANCZOS, color=(red, green, blue))
    clean = Image.new("RGB", size)
    clean.paste(fitted)
    written = BytesIO()
    clean.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()
