"""Pictures from outside are made anew or refused; nothing of the original is kept (T-U1 to T-U3)."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from personal_catalog import pictures
from personal_catalog.pictures import PictureRefused
from tests.personal_catalog import sent_pictures as sent

COVERS = Path(settings.BASE_DIR).parent / "shared" / "data" / "covers"


def refusal(content: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        pictures.remake(content, longest=(100,))
    return refused.value.code


def test_a_photo_becomes_webp_in_each_size_without_place_device_or_comment() -> None:
    large, small = pictures.remake(sent.jpeg(2000, 1500, tail=b"PK\x03\x04<script>"), longest=(1600, 320))
    assert [(one.width, one.height) for one in (large, small)] == [(1600, 1200), (320, 240)]
    for one in (large, small):
        picture = Image.open(BytesIO(one.content))
        assert (picture.format, dict(picture.getexif())) == ("WEBP", {})
        assert not [mark for mark in sent.MARKS if mark in one.content]


@pytest.mark.parametrize(
    ("turned", "size", "corner"), [(1, (64, 48), (5, 5)), (6, (48, 64), (43, 5)), (3, (64, 48), (60, 44))]
)
def test_a_turned_photo_stands_upright(turned: int, size: tuple[int, int], corner: tuple[int, int]) -> None:
    [made] = pictures.remake(sent.jpeg(turned=turned), longest=(100,))
    assert (made.width, made.height) == size
    red, _green, blue = Image.open(BytesIO(made.content)).convert("RGB").getpixel(corner)  # type: ignore[misc]
    assert red > blue


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_usual_kind_of_png_is_taken(mode: str) -> None:
    assert pictures.remake(sent.png(mode=mode), longest=(100,))[0].width == 64


def test_of_an_animation_one_frame_is_kept() -> None:
    [made] = pictures.remake(sent.animation(), longest=(100,))
    assert getattr(Image.open(BytesIO(made.content)), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"<html><script>alert(1)</script>", "kind"),
        (b"GIF89a/*\x00\x00;*/=1;alert(1)", "kind"),
        (sent.header_bomb(65_000), "too_many_pixels"),
        (sent.header_bomb(9_000), "too_many_pixels"),
        (sent.text_bomb(), "broken"),
        (sent.jpeg()[:-300], "broken"),
        (sent.png(20, 600), "shape"),
        (sent.png(1, 1), "shape"),
    ],
    ids=["empty", "svg", "html", "gif-script", "huge-header", "large-header", "text-bomb", "cut", "strip", "dot"],
)
def test_what_is_no_sane_picture_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


@pytest.mark.skipif(not COVERS.exists(), reason="needs ../shared/data/covers")
def test_the_collected_pictures_are_made_anew_or_refused() -> None:
    taken = {"01", "02", "03", "04", "05", "06", "08", "09", "15", "20"}
    for path in sorted(COVERS.glob("[0-9]*")):
        if path.name[:2] in taken:
            [made] = pictures.remake(path.read_bytes(), longest=(320,))
            assert not [mark for mark in sent.MARKS if mark in made.content], path.name
        else:
            assert refusal(path.read_bytes()), path.name
