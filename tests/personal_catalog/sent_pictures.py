"""Pictures as cameras and enemies send them, made on the spot."""

import struct
import zlib
from io import BytesIO

from PIL import Image

MARKS = (b"Exif", b"GPS", b"Leica", b"XMP", b"<script", b"PK\x03\x04", b"ICCP")


def jpeg(width: int = 64, height: int = 48, *, turned: int = 1, tail: bytes = b"") -> bytes:
    """With place, camera and a comment written into it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = turned, "Leica"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 33.0, 1.0), 3: "E", 4: (106.0, 27.0, 1.0)})
    picture = Image.new("RGB", (width, height), "navy")
    picture.paste("orange", (0, 0, width // 2, height // 2))
    return _saved(picture, "JPEG", exif=exif, comment=b"<script>alert(1)</script>", icc_profile=b"x" * 200) + tail


def png(width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    return _saved(Image.new(mode, (width, height)), "PNG")


def header_bomb(side: int) -> bytes:
    """A PNG that says it is so large, with next to nothing in it."""
    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + _chunk(b"IDAT", zlib.compress(b"0")) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose text unpacks to 60 MB."""
    plain = png()
    bomb = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a" * 60_000_000))
    return plain[:33] + bomb + plain[33:]


def animation() -> bytes:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    return _saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    made = BytesIO()
    picture.save(made, kind, **how)
    return made.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
