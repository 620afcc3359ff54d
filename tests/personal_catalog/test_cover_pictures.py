"""Pictures of covers: drawn anew, fetched by the sweep, chosen by curators, served from here."""

import re
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import due, titles
from personal_catalog.cover_pictures import choosing, kept, making
from personal_catalog.errors import NotAllowed
from personal_catalog.merging import merge_titles
from personal_catalog.models import CoverPicture, CoverSearch, Title
from personal_catalog.pictures import PictureRefused
from personal_catalog.sentences import provenance_of
from tests.personal_catalog import factories, services
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION
from tests.personal_catalog.services import Services

COVERS = Path(__file__).resolve().parents[3] / "shared" / "data" / "covers"
MINUTE = timedelta(minutes=1)
JPEG = {"Content-Type": "image/jpeg"}
REFUSED = {
    "07_animated.gif": "kind", "10_truncated.jpg": "broken", "11_bomb_19000x19000.png": "too_many_pixels",
    "12_bomb_header_65000.png": "too_many_pixels", "13_ztxt_bomb.png": "broken", "14_polyglot_gif_js.gif": "kind",
    "16_svg_as.jpg": "kind", "17_html_as.png": "kind", "18_empty.jpg": "empty", "19_1x1.gif": "kind",
    "21_strip_20x6000.jpg": "shape",
}  # fmt: skip


def picture(width: int = 480, height: int = 680, colour: str = "teal", kind: str = "JPEG") -> bytes:
    written = BytesIO()
    Image.new("RGB", (width, height), colour).save(written, kind)
    return written.getvalue()


def opened(made: making.Made) -> list[Image.Image]:
    return [Image.open(BytesIO(content)) for content in made.files.values()]


@pytest.mark.skipif(not COVERS.is_dir(), reason="the shared data set is not here")
@pytest.mark.parametrize("name", sorted(path.name for path in COVERS.glob("[0-9]*")))
def test_each_picture_of_the_data_set_is_drawn_anew_or_refused(name: str) -> None:
    """T-U1, T-U2, T-U3: memory that Python gives out stays flat, and nothing of the file but its pixels gets through."""
    content = (COVERS / name).read_bytes()
    tracemalloc.start()
    made = drawn_or_refused(content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 50_000_000
    if name in REFUSED or isinstance(made, str):
        assert made == REFUSED.get(name)
        return
    for width, file in zip(made.files, opened(made), strict=True):
        assert (file.format, file.size, file.mode) == ("WEBP", (width, round(width * 7 / 5)), "RGB")
        assert (getattr(file, "n_frames", 1), len(file.getexif())) == (1, 0)
    assert not re.search(rb"EXIF|XMP |ICCP|script|PK\x03\x04|<html", b"".join(made.files.values()))


def drawn_or_refused(content: bytes) -> making.Made | str:
    try:
        return making.cover(content)
    except PictureRefused as refused:
        return refused.code


@pytest.mark.skipif(not COVERS.is_dir(), reason="the shared data set is not here")
@pytest.mark.parametrize(
    ("name", "colour"),
    [("01_plain.jpg", (72, 53, 100)), ("06_cmyk.jpg", (71, 173, 116)), ("20_alpha_16bit.png", (118, 118, 118))],
)
def test_its_colours_stay(name: str, colour: tuple[int, ...]) -> None:
    largest = opened(making.cover((COVERS / name).read_bytes()))[-1]
    seen = largest.getpixel((largest.width // 2, largest.height // 2))
    assert all(abs(one - other) < 12 for one, other in zip(seen, colour, strict=True))  # type: ignore[arg-type]


def test_three_widths_are_made_and_nothing_is_blown_up() -> None:
    assert list(making.cover(picture()).files) == [120, 240, 480]
    assert list(making.cover(picture(300, 430)).files) == [120, 240, 300]
    assert list(making.cover(picture(90, 126)).files) == [90]


def test_a_square_gets_a_margin_of_its_own_colour() -> None:
    [*_small, largest] = opened(making.cover(picture(400, 400, "navy", "PNG")))
    assert largest.getpixel((5, 5))[2] > 100  # type: ignore[index]


@pytest.fixture
def title(now: datetime) -> Title:
    return factories.title(now=now, isbns=[PROCRASTINATION])


@pytest.fixture
def world(settings: Settings) -> Iterator[Services]:
    with services.serving() as running:
        settings.COVER_SERVERS = {
            name: {"address": f"{running.base}/{name}/{{isbn}}.jpg", "label": name.title(), "per_minute": "6"}
            for name in ("north", "south")
        }
        yield running


def swept(now: datetime) -> list[object]:
    return [deed["did"] for deed in due.act(now=now) if str(deed["did"]).startswith("cover.")]


@pytest.mark.django_db
def test_the_sweep_fetches_a_cover_once(world: Services, title: Title, now: datetime) -> None:
    """T-D3: listing asked nobody."""
    world.answers["north"] = services.sends(picture(), headers=JPEG)
    assert world.asked == []
    assert (swept(now), swept(now + 30 * MINUTE)) == (["cover.found"], [])
    title.refresh_from_db()
    assert title.cover_id is not None
    assert title.provenance["cover"] == "cover:north"
    assert provenance_of(title) == "Title, creators from the library; cover from North."
    assert world.asked == [f"/north/{PROCRASTINATION}.jpg"]


@pytest.mark.django_db
def test_what_a_reader_lists_is_looked_for_where_a_server_is_named(
    world: Services, alice: Reader, now: datetime, settings: Settings
) -> None:
    """The demo campus names none."""
    copy = factories.copy(alice, now=now, of=factories.title(now=now, isbns=[FORTRESS]))
    assert CoverSearch.objects.get().title == copy.title
    settings.COVER_SERVERS = {}
    factories.copy(alice, now=now, of=factories.title("另一本", now=now))
    assert CoverSearch.objects.count() == 1
    assert (swept(now), world.asked) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "headers"),
    [
        (b"<svg onload='alert(1)'/>", {"Content-Type": "image/svg+xml"}),
        (b"<script>alert(1)</script>", JPEG),
        (picture(), {"Content-Type": "text/html"}),
        (picture(1, 1, kind="PNG"), {"Content-Type": "image/png"}),
        (picture()[:900], JPEG),
    ],
)
def test_what_is_no_cover_leaves_the_typeset_one(
    world: Services, title: Title, now: datetime, answer: bytes, headers: dict[str, str]
) -> None:
    world.answers |= dict.fromkeys(("north", "south"), services.sends(answer, headers=headers))
    assert swept(now) == ["cover.none"]
    assert Title.objects.get().cover_id is None
    assert CoverSearch.objects.get().next_at is None


@pytest.mark.django_db
def test_a_silent_server_is_asked_again_later_and_an_inner_address_never(
    world: Services, title: Title, now: datetime
) -> None:
    with services.serving() as inner:
        world.answers["north"] = services.redirects_to(f"{inner.base}/secret.jpg")
        assert swept(now) == ["cover.put_off"]
        assert inner.asked == []
    world.answers["north"] = services.sends(picture(), headers=JPEG)
    assert swept(now + 5 * MINUTE) == []
    assert swept(now + 11 * MINUTE) == ["cover.found"]


@pytest.mark.django_db
def test_no_server_is_asked_more_often_than_it_allows_and_no_title_is_lost(world: Services, now: datetime) -> None:
    made = [factories.title(f"Title {number}", now=now, isbns=[number]) for number in _isbns(5)]
    assert CoverSearch.objects.filter(title__in=made).count() == 5
    assert swept(now) == ["cover.none"] * 3
    assert swept(now + MINUTE) == ["cover.none"] * 2
    assert (world.times_asked("north"), world.times_asked("south")) == (5, 5)


def _isbns(count: int) -> list[str]:
    return ["9780631227083", "9780340839935", "9780451524935", "9780061120084", "9780441013593"][:count]


@pytest.mark.django_db
def test_an_operator_has_the_rest_looked_for(world: Services, now: datetime, settings: Settings) -> None:
    servers, settings.COVER_SERVERS = settings.COVER_SERVERS, {}
    for number in _isbns(3):
        factories.title(f"Title {number}", now=now, isbns=[number])
    settings.COVER_SERVERS = servers
    call_command("fetch_covers", verbosity=0)
    assert CoverSearch.objects.count() == 3
    CoverSearch.objects.update(next_at=None)
    call_command("fetch_covers")
    assert not CoverSearch.objects.exclude(next_at=None).exists()
    call_command("fetch_covers", "--again")
    assert CoverSearch.objects.exclude(next_at=None).count() == 3


@pytest.mark.django_db
def test_a_curators_cover_wins_over_a_fetched_one(title: Title, lin: Reader, now: datetime) -> None:
    choosing.upload_cover(title_id=title.pk, actor=lin, content=picture(colour="red"), now=now)
    own = Title.objects.get().cover_id
    found = kept.keep(making.cover(picture()), now=now)
    assert not choosing.take_found(title_id=title.pk, picture=found, source="cover:north", now=now)
    assert Title.objects.get().cover_id == own


@pytest.mark.django_db
def test_a_curator_may_want_none_until_they_have_it_looked_for(title: Title, lin: Reader, now: datetime) -> None:
    found = kept.keep(making.cover(picture()), now=now)
    assert choosing.take_found(title_id=title.pk, picture=found, source="cover:north", now=now)
    choosing.remove_cover(title_id=title.pk, actor=lin, now=now)
    assert not choosing.take_found(title_id=title.pk, picture=found, source="cover:north", now=now)
    assert choosing.look_again(title_id=title.pk, actor=lin, now=now)
    assert choosing.take_found(title_id=title.pk, picture=found, source="cover:north", now=now)


@pytest.mark.django_db
def test_charlie_changes_no_cover(title: Title, charlie: Reader, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        choosing.upload_cover(title_id=title.pk, actor=charlie, content=picture(), now=now)
    for act in (choosing.remove_cover, choosing.look_again):
        with pytest.raises(NotAllowed):
            act(title_id=title.pk, actor=charlie, now=now)
    assert titles.as_facts(Title.objects.get()) == titles.as_facts(title)


@pytest.mark.django_db
def test_a_picture_that_no_title_shows_is_forgotten_a_day_later(title: Title, lin: Reader, now: datetime) -> None:
    choosing.upload_cover(title_id=title.pk, actor=lin, content=picture(colour="olive"), now=now)
    name = str(Title.objects.get().cover_id)
    assert list(kept.forget_unused(now=now + timedelta(days=2))) == []
    choosing.remove_cover(title_id=title.pk, actor=lin, now=now)
    assert list(kept.forget_unused(now=now + timedelta(hours=23))) == []
    assert list(kept.forget_unused(now=now + timedelta(days=2))) == [name]
    assert not any(default_storage.exists(kept.path_of(name, width)) for width in kept.widths_of(name))
    assert not CoverPicture.objects.exists()


@pytest.mark.django_db
def test_a_merged_titles_cover_goes_to_the_one_that_has_none(title: Title, lin: Reader, now: datetime) -> None:
    choosing.upload_cover(title_id=title.pk, actor=lin, content=picture(), now=now)
    keep = factories.title("拖延心理学 : 全新修订版", now=now, isbns=[FORTRESS])
    merge_titles(keep_id=keep.pk, merge_ids=[title.pk], actor=lin, now=now)
    keep.refresh_from_db()
    assert keep.cover_id == Title.objects.get(pk=title.pk).cover_id
    assert keep.provenance["cover"] == "curator"


@pytest.mark.django_db
def test_a_picture_is_served_from_here_and_may_be_kept_for_good(client: Client, title: Title, now: datetime) -> None:
    found = kept.keep(making.cover(picture()), now=now)
    answer = client.get(kept.url(found.name, 240))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert {"public", "max-age=31536000", "immutable"} <= set(answer["Cache-Control"].split(", "))
    assert Image.open(BytesIO(answer.content)).size == (240, 336)
    assert client.get(kept.url(found.name, 333)).status_code == 404
    assert client.get("/covers/../../etc/passwd-480-240.webp").status_code == 404


@pytest.mark.django_db
def test_pages_show_it_without_a_jump_and_without_asking_for_more(title: Title, lin: Reader, now: datetime) -> None:
    choosing.upload_cover(title_id=title.pk, actor=lin, content=picture(), now=now)
    shown = Title.objects.get()
    request = RequestFactory().get("/")
    html = render_to_string("elements/book.html", {"title": shown, "lazy": True}, request)
    assert re.search(r'<img src="/covers/\w+-480-240\.webp" srcset="[^"]+ 120w, [^"]+ 240w, [^"]+ 480w"', html)
    assert 'width="100" height="140"' in html
    assert 'alt=""' in html
    assert "<svg" not in html


@pytest.mark.django_db
def test_lin_uploads_and_removes_it_in_the_admin(client: Client, title: Title, lin: Reader) -> None:
    client.force_login(lin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = reverse("catalog-cover", args=[title.pk])
    assert "Typeset, until there is a picture." in client.get(address).content.decode()
    edit = client.get(reverse("wagtailsnippets_personal_catalog_title:edit", args=[title.pk])).content.decode()
    assert address in edit
    assert "The record comes from the library." in edit
    client.post(address, {"picture": SimpleUploadedFile("围城.jpg", picture())})
    assert Title.objects.get().provenance["cover"] == "curator"
    history = client.get(reverse("wagtailsnippets_personal_catalog_title:history", args=[title.pk])).content.decode()
    assert "cover: <del></del> → <ins>a curator</ins>" in history
    client.post(address, {"remove": "1"})
    assert Title.objects.get().cover_id is None
    assert "a curator wants no picture" in client.get(address).content.decode()


@pytest.mark.django_db
def test_a_refused_upload_names_the_file_and_the_reason(client: Client, title: Title, lin: Reader) -> None:
    client.force_login(lin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = reverse("catalog-cover", args=[title.pk])
    for name, content, says in (
        ("cover.svg", b"<svg/>", "“cover.svg” is no JPEG, PNG or WebP picture."),
        ("empty.jpg", b"", "“empty.jpg” is empty."),
        ("cut.jpg", picture()[:900], "“cut.jpg” is damaged and can’t be read."),
    ):
        answer = client.post(address, {"picture": SimpleUploadedFile(name, content)})
        assert says in answer.content.decode()
    assert Title.objects.get().cover_id is None


@pytest.mark.django_db
def test_charlie_has_no_page_for_covers(client: Client, title: Title, charlie: Reader) -> None:
    client.force_login(charlie)
    assert client.post(reverse("catalog-cover", args=[title.pk]), {"remove": "1"}).status_code in (302, 403, 404)
    assert "cover" not in Title.objects.get().provenance
