"""T-U1 to T-U3 for pictures of rewards: chosen among the library's images, made anew, served from here."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image as Picture
from wagtail.images.models import Image

from incentives import reward_pictures
from incentives.models import Reward
from personal_catalog.pictures import PictureRefused
from tests.incentives.factories import a_reader, a_reward
from tests.personal_catalog import sent_pictures as sent

pytestmark = pytest.mark.django_db


def an_image(content, **facts):
    width, height = facts.pop("size", (640, 480))
    name = default_storage.save("original_images/bag.jpg", ContentFile(content))
    return Image.objects.create(title="bag", file=name, width=width, height=height, **facts)


def form(reward, **changes):
    said = {
        "name_zh": reward.name_zh, "name_en": reward.name_en, "price": reward.price, "valid_days": 60, "sort": 100,
        "starts_at": "2026-01-01 00:00", "effect": reward.effect,
    }  # fmt: skip
    return {**said, **changes}


def kept(name):
    return default_storage.exists(f"rewards/{name[:2]}/{name}-176.webp")


def test_it_is_made_anew_in_two_widths_without_place_and_device(now):
    made = reward_pictures.make(an_image(sent.jpeg(640, 480)))
    assert sorted(made.files) == [176, 352]
    for width, content in made.files.items():
        picture = Picture.open(BytesIO(content))
        assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (width, width), {})
        assert not [mark for mark in sent.MARKS if mark in content]


def test_it_is_cut_around_the_point_that_staff_have_marked():
    """The orange quarter lies at the top left."""
    corner = {"focal_point_x": 0, "focal_point_y": 0, "focal_point_width": 1, "focal_point_height": 1}
    colours = []
    for facts in ({}, corner):
        made = reward_pictures.make(an_image(sent.jpeg(640, 320), size=(640, 320), **facts))
        picture = Picture.open(BytesIO(made.files[176])).convert("RGB")
        colours.append(picture.getpixel((150, 10))[0] > 128)
    assert colours == [False, True]


@pytest.mark.parametrize(
    ("content", "code"),
    [(sent.header_bomb(30_000), "too_many_pixels"), (b"<svg/>", "kind"), (sent.jpeg()[:200], "broken")],
    ids=["bomb", "svg", "cut off"],
)
def test_what_is_no_picture_is_refused(content, code):
    with pytest.raises(PictureRefused) as refused:
        reward_pictures.make(an_image(content))
    assert refused.value.code == code


def test_a_librarian_chooses_one_and_readers_see_it_until_it_is_gone(now, client, admin_client):
    reward, image = a_reward(now=now), an_image(sent.jpeg(640, 480))
    edit = reverse("rewards:edit", args=[reward.pk])
    assert admin_client.post(edit, form(reward, picture=image.pk)).status_code == 302
    reward.refresh_from_db()
    client.force_login(a_reader("Alice"))
    assert reward.picture_url in client.get("/rewards/").content.decode()
    answer = client.get(reward.picture_url)
    assert (answer["Content-Type"], "immutable" in answer["Cache-Control"]) == ("image/webp", True)
    address = reward.picture_url
    image.delete()
    assert client.get(address).status_code == 404
    assert reward_pictures.forget_deleted_images() == 1
    assert not kept(reward.picture_name)
    reward.refresh_from_db()
    assert (reward.picture_url, reward.picture_name, reward_pictures.forget_deleted_images()) == ("", "", 0)
    assert "reward-drawn" in client.get("/rewards/").content.decode()


def test_one_that_cannot_be_read_is_named_in_the_form(now, admin_client):
    reward = a_reward(now=now)
    image = an_image(b"<svg/>")
    edit = reverse("rewards:edit", args=[reward.pk])
    page = admin_client.post(edit, form(reward, picture=image.pk), headers={"accept-language": "en"})
    assert "Choose a JPEG, PNG or WebP picture." in page.content.decode()


def test_a_picture_that_no_reward_shows_leaves_the_storage(now, admin_client, django_capture_on_commit_callbacks):
    reward, image = a_reward(now=now), an_image(sent.jpeg(640, 480))
    edit = reverse("rewards:edit", args=[reward.pk])
    admin_client.post(edit, form(reward, picture=image.pk))
    name = Reward.objects.get(pk=reward.pk).picture_name
    other = a_reward(now=now, picture=image, picture_name=name)
    for letting_go, left in (
        (lambda: admin_client.post(edit, form(reward, picture="")), True),
        (lambda: admin_client.post(reverse("rewards:delete", args=[other.pk])), False),
    ):
        assert kept(name)
        with django_capture_on_commit_callbacks(execute=True):
            letting_go()
        assert kept(name) is left
    assert not Reward.objects.filter(pk=other.pk).exists()


def test_one_that_a_crash_left_half_written_is_written_anew():
    made = reward_pictures.make(an_image(sent.jpeg(640, 480)))
    path = f"rewards/{made.name[:2]}/{made.name}-176.webp"
    default_storage.delete(path)
    default_storage.save(path, ContentFile(made.files[176][:50]))
    for _again in range(2):
        reward_pictures.keep(made)
        with default_storage.open(path) as file:
            assert file.read() == made.files[176]
