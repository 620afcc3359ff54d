"""How the book was at a handover: two taps, a photo where it is worse, seen in a dispute."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from sharing import conditions
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import ConditionCheck, DomainEvent, Handover, Lending, Notification
from tests.sharing import pages, steps
from tests.sharing.conftest import World


@pytest.fixture
def lending(world: World) -> Lending:
    return steps.on_loan(world)


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(made, "JPEG")
    return made.getvalue()


def out(lending: Lending) -> Handover:
    return lending.handovers.get(direction="out", status="confirmed")


def looked(lending: Lending, world: World, worse: list[str], *, hours: int = 3, **given: object) -> ConditionCheck:
    return conditions.check_condition(
        handover_id=out(lending).pk, actor=world.bob, worse=worse, now=world.now + timedelta(hours=hours), **given
    )  # type: ignore[arg-type]


def test_as_before_with_one_tap_and_nobody_is_told(lending: Lending, world: World) -> None:
    page = lending.get_absolute_url()
    assert "How is the book?" in pages.get(page, world.bob, now=world.now + timedelta(hours=3))
    shown = pages.browser(world.bob).post(
        f"/handovers/{out(lending).pk}/condition/", {"as_before": "1", "worse": ["cover"]}, follow=True
    )
    assert "all as before" in pages.Page(shown)
    assert ConditionCheck.objects.get().worse == []
    assert "How is the book?" not in pages.get(page, world.bob, now=world.now + timedelta(hours=3))
    assert not Notification.objects.filter(event__kind__startswith="condition.").exists()


def test_what_is_worse_is_told_to_the_other_with_its_photo(lending: Lending, world: World) -> None:
    sent = SimpleUploadedFile("p.jpg", picture(), "image/jpeg")
    pages.browser(world.bob).post(
        f"/handovers/{out(lending).pk}/condition/", {"worse": ["cover", "pages"], "photo": sent}
    )
    check = ConditionCheck.objects.get()
    assert "worse than before (Cover, Pages)" in pages.get(
        "/notifications/", world.alice, now=world.now + timedelta(hours=4)
    )
    for who in (world.alice, world.bob, world.lin):
        assert pages.browser(who).get(check.get_absolute_url())["Content-Type"] == "image/webp"
    assert pages.browser(world.charlie).get(check.get_absolute_url()).status_code == 404
    assert pages.browser().get(check.get_absolute_url()).status_code == 302


def test_a_librarian_who_settles_sees_both_handovers(lending: Lending, world: World) -> None:
    looked(lending, world, ["notes"], photo=picture())
    shown = pages.get(reverse("lendings:inspect", args=[lending.pk]), world.lin, now=world.now + timedelta(hours=4))
    assert "Notes and marks in it" in shown
    assert ConditionCheck.objects.get().get_absolute_url() in shown.html


def test_said_once_by_each_of_the_two(lending: Lending, world: World) -> None:
    first = looked(lending, world, ["cover"])
    assert looked(lending, world, [], photo=picture()) == first
    assert DomainEvent.objects.filter(kind__startswith="condition.").count() == 1
    conditions.check_condition(
        handover_id=out(lending).pk, actor=world.alice, worse=[], now=world.now + timedelta(hours=3)
    )
    assert ConditionCheck.objects.count() == 2


def test_only_after_the_handover_and_not_long_after_it(lending: Lending, world: World) -> None:
    with pytest.raises(IllegalTransition):
        looked(lending, world, ["cover"], hours=24 * 4)
    with pytest.raises(NotFound):
        conditions.check_condition(handover_id=out(lending).pk, actor=world.charlie, worse=[], now=world.now)


def test_what_is_no_picture_leaves_nothing_T4(lending: Lending, world: World) -> None:
    with pytest.raises(Denied, match="no picture"):
        looked(lending, world, ["cover"], photo=b"not a picture")
    with pytest.raises(Denied, match="no such part"):
        looked(lending, world, ["smell"])
    assert not ConditionCheck.objects.exists()


def test_a_refused_check_leaves_no_file_T4(lending: Lending, world: World) -> None:
    before = _files()
    with pytest.raises(IllegalTransition):
        looked(lending, world, ["cover"], hours=24 * 4, photo=picture())
    assert _files() == before


def _files() -> set[str]:
    try:
        folders = default_storage.listdir("conditions")[0]
    except FileNotFoundError:
        return set()
    return {name for folder in folders for name in default_storage.listdir(f"conditions/{folder}")[1]}
