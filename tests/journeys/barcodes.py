"""Films for a pretended camera: books held before it one after another, drawn as EAN-13 (ISO/IEC 15420), or one QR code."""

from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageOps

LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
SIZE, MODULE, FRAMES = (640, 480), 3, 25


def film(folder: Path, *isbns: str) -> Path:
    """Motion JPEG: each number for a while, then a bare table."""
    path = folder / "books.mjpeg"
    table = _jpeg("")
    path.write_bytes(b"".join(_jpeg(isbn) * FRAMES + table * (FRAMES // 2) for isbn in isbns))
    return path


def film_of_square(folder: Path, text: str) -> Path:
    """A QR code that lies before the camera all the time."""
    square = BytesIO()
    segno.make(text, micro=False, error="m").save(square, kind="png", scale=8, border=4)
    return film_of_screen(folder, square.getvalue())


def film_of_screen(folder: Path, picture: bytes) -> Path:
    """Somebody's screen, held before the camera all the time. `picture`: what is to be seen on it, as PNG."""
    path = folder / "square.mjpeg"
    table = Image.new("RGB", SIZE, (225, 225, 225))
    code = Image.open(BytesIO(picture)).convert("RGB")
    code = ImageOps.contain(code, (SIZE[0] - 80, SIZE[1] - 80))
    table.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    made = BytesIO()
    table.save(made, "JPEG", quality=90)
    path.write_bytes(made.getvalue() * FRAMES)
    return path


def bars(isbn: str) -> str:
    """The 95 modules, 1 for a bar."""
    first, *digits = (int(digit) for digit in isbn)
    left = [_odd(d) if side == "L" else _even(d) for side, d in zip(PARITY[first], digits[:6], strict=True)]
    return "101" + "".join(left) + "01010" + "".join(_right(d) for d in digits[6:]) + "101"


def _odd(digit: int) -> str:
    return LEFT[digit]


def _right(digit: int) -> str:
    return LEFT[digit].translate(str.maketrans("01", "10"))


def _even(digit: int) -> str:
    return _right(digit)[::-1]


def _jpeg(isbn: str) -> bytes:
    picture = Image.new("L", SIZE, 225)
    draw = ImageDraw.Draw(picture)
    start = (SIZE[0] - 95 * MODULE) // 2
    for place, bar in enumerate(bars(isbn) if isbn else ""):
        if bar == "1":
            draw.rectangle((start + place * MODULE, 150, start + (place + 1) * MODULE - 1, 330), fill=20)
    made = BytesIO()
    picture.convert("RGB").save(made, "JPEG", quality=90)
    return made.getvalue()
