"""T-U3, T-U4: staff see the small pictures of Wagtail's images; originals and readers' eyes stay apart."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from wagtail.images.models import Image, Rendition

from tests import factories
from tests.personal_catalog import sent_pictures as sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> Rendition:
    name = default_storage.save("original_images/bag.jpg", ContentFile(sent.jpeg(640, 480)))
    image = Image.objects.create(title="bag", file=name, width=640, height=480)
    made: Rendition = image.get_rendition("max-165x165")
    return made


def test_staff_see_a_small_picture_without_place_and_device(small: Rendition, admin_client: Client) -> None:
    answer = admin_client.get(small.url)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert not [mark for mark in sent.MARKS if mark in answer.content]


def test_readers_and_strangers_do_not_and_nobody_sees_originals(
    small: Rendition, client: Client, admin_client: Client
) -> None:
    assert client.get(small.url).status_code == 302
    client.force_login(factories.reader("Alice"))
    assert client.get(small.url).status_code == 403
    assert admin_client.get(f"/media/{small.image.file.name}").status_code == 404
    assert admin_client.get("/media/images/other.jpg").status_code == 404
