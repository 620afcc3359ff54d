import re
from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from personal_catalog.covers import cover_svg, standalone_svg
from personal_catalog.models import Title
from tests.personal_catalog import factories
from tests.personal_catalog.factories import PROCRASTINATION

TITLES = [
    "围城",
    "深入理解计算机系统(原书第3版)",
    "Sapiens",
    "",
    "<script>alert(1)</script>",
    "a" * 500,
    "日本語のタイトル：副題",
    "C++",
]


@pytest.mark.parametrize("name", TITLES)
def test_every_title_gets_a_well_formed_cover(name: str) -> None:
    """T-R6"""
    svg = standalone_svg(Title(title=name, creators=["[美] <b>A & B</b>"], cover_seed="9787300113906"))
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in svg


def test_the_same_isbn_has_the_same_cover() -> None:
    assert cover_svg(PROCRASTINATION, "拖延心理学") == cover_svg(PROCRASTINATION, "拖延心理学")
    assert len(cover_svg(PROCRASTINATION, "拖延心理学", "简·博克").encode()) < 2_500


@pytest.mark.parametrize(
    "name",
    ["Antidisestablishmentarianism", "Untergang des Abendlandes", "用Dostoyevskianism读懂的世界文学经典二十讲"],
)
def test_a_long_word_is_set_smaller_and_never_broken(name: str) -> None:
    svg = cover_svg("1", name)
    lines = re.findall(r"<text x=\"(?:16|54)\" y=\"[\d.]+\">([^<]+)</text>", svg)
    size = float(re.findall(r'font-size="([\d.]+)"', svg)[0])
    assert max(sum(0.5 if c.isascii() else 1 for c in line) * size for line in lines) <= 84
    assert re.findall(r"[A-Za-z]{9,}", "".join(f"{line} " for line in lines)) == re.findall(r"[A-Za-z]{9,}", name)


@pytest.mark.django_db
def test_a_cover_is_public_and_may_be_kept(client: Client, now: datetime) -> None:
    answer = client.get(reverse("cover", args=[factories.title(now=now).pk]))
    assert answer["Content-Type"] == "image/svg+xml"
    assert "public" in answer["Cache-Control"]
    assert client.get(reverse("cover", args=[999_999])).status_code == 404
