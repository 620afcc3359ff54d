"""Photographs of a copy: their owner's to add and remove, shown to those who may see the copy, gone when it goes."""

from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from library_bridge.models import Reader
from personal_catalog import copies, photos
from personal_catalog.errors import PhotoRefused
from personal_catalog.models import Copy, CopyPhoto
from tests.personal_catalog import sent_pictures as sent
from tests.sharing import browsers

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(copy: Copy, alice: Reader, now: datetime) -> CopyPhoto:
    return photos.add_photo(copy_id=copy.pk, actor=alice, content=sent.jpeg(), now=now)


def upload(client: Client, copy: Copy, *contents: bytes) -> str:
    files = [SimpleUploadedFile(f"{number}.jpg", content) for number, content in enumerate(contents)]
    return client.post(reverse("add-photos", args=[copy.pk]), {"photos": files}, follow=True).content.decode()


def test_the_owner_adds_photos_and_is_told_which_were_refused(alices: Client, copy: Copy) -> None:
    page = upload(alices, copy, sent.jpeg(), b"<html>", sent.png())
    assert "2 photos added" in page
    assert "1.jpg: This is no picture that can be taken." in page
    assert page.count("/small.webp") == 2


def test_a_photo_is_served_as_what_it_is_and_asked_for_each_time(client: Client, photo: CopyPhoto) -> None:
    answer = client.get(photo.large_url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-cache")
    assert client.get(photo.large_url, headers={"if-none-match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("hidden", [{"visibility": "nobody"}, {"status": "paused"}])
def test_the_photo_of_a_hidden_copy_is_its_owners_alone(
    photo: CopyPhoto, alice: Reader, charlie: Reader, hidden: dict[str, str], now: datetime
) -> None:
    copies.update_copy(copy_id=photo.copy_id, actor=alice, changes=hidden, now=now)
    for size in (photo.large_url, photo.small_url):
        assert browsers.of(alice).get(size).status_code == 200
        assert {browsers.of(charlie).get(size).status_code, Client().get(size).status_code} == {404}


def test_charlie_neither_adds_nor_removes(photo: CopyPhoto, charlie: Reader) -> None:
    client = browsers.of(charlie)
    assert client.post(reverse("remove-photo", args=[photo.pk])).status_code == 404
    answer = client.post(
        reverse("add-photos", args=[photo.copy_id]), {"photos": SimpleUploadedFile("a.jpg", sent.jpeg())}
    )
    assert answer.status_code == 404
    assert CopyPhoto.objects.count() == 1


def test_a_removed_photo_leaves_no_file(
    alices: Client, photo: CopyPhoto, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        alices.post(reverse("remove-photo", args=[photo.pk]))
    assert not [name for name in (photo.large.name, photo.small.name) if default_storage.exists(name)]


def test_withdrawing_a_copy_takes_its_photos_along(photo: CopyPhoto, alice: Reader, now: datetime) -> None:
    copies.withdraw_copy(copy_id=photo.copy_id, actor=alice, now=now)
    assert not CopyPhoto.objects.exists()


def test_a_seventh_photo_is_refused(copy: Copy, alice: Reader, now: datetime) -> None:
    for _ in range(photos.MOST):
        photos.add_photo(copy_id=copy.pk, actor=alice, content=sent.png(), now=now)
    with pytest.raises(PhotoRefused, match="too_many"):
        photos.add_photo(copy_id=copy.pk, actor=alice, content=sent.png(), now=now)


@pytest.mark.parametrize(("limit", "code"), [("PHOTOS_MAX_BYTES_OF_READER", "quota"), ("PHOTOS_MAX_BYTES", "no_space")])
def test_photos_end_before_the_disk_does(
    photo: CopyPhoto, alice: Reader, settings: Settings, limit: str, code: str, now: datetime
) -> None:
    setattr(settings, limit, 1)
    with pytest.raises(PhotoRefused, match=code):
        photos.add_photo(copy_id=photo.copy_id, actor=alice, content=sent.png(), now=now)


def test_names_cannot_be_guessed(photo: CopyPhoto) -> None:
    assert len(photo.token) == 32
    assert photo.token in photo.large.name


def test_the_title_page_shows_the_photos_of_a_copy_and_not_whose_it_is(client: Client, photo: CopyPhoto) -> None:
    page = client.get(photo.copy.title.get_absolute_url()).content.decode()
    assert photo.small_url in page
    assert "Alice" not in page
