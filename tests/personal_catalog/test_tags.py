"""A reader's own tags: on the copy's page, on the shelf, renamed and deleted; nobody else's business."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Area, Reader
from personal_catalog import tags
from personal_catalog.errors import TagRefused
from personal_catalog.models import Copy, ShelfTag
from tests.personal_catalog import factories
from tests.sharing import browsers

pytestmark = pytest.mark.django_db
FORM = {"mode": "lend", "condition": "good", "note": "", "visibility": "everyone"}


def tag(copy: Copy, *names: str) -> list[ShelfTag]:
    return tags.tag_copy(copy_id=copy.pk, actor=copy.owner, names=names)


def test_tags_are_written_on_the_copys_page(alices: Client, copy: Copy) -> None:
    assert alices.post(copy.get_absolute_url(), {**FORM, "tags": "毕业前卖掉，小说, ＡＩ, ai"}).status_code == 302
    assert sorted(ShelfTag.objects.values_list("name", flat=True)) == ["小说", "毕业前卖掉", "ＡＩ"]
    assert "小说" in alices.get(copy.get_absolute_url()).content.decode()


def test_the_shelf_shows_only_the_books_of_a_tag(alices: Client, alice: Reader, copy: Copy, now: datetime) -> None:
    factories.copy(alice, of=factories.title("围城", now=now), now=now)
    [novel] = tag(copy, "小说")
    page = alices.get(novel.get_absolute_url()).content.decode()
    assert ("拖延心理学" in page, "围城" in page) == (True, False)
    assert 'aria-current="true"' in page


def test_a_tag_left_out_is_taken_off(copy: Copy, alice: Reader) -> None:
    tag(copy, "小说", "旧")
    tag(copy, "小说")
    assert tags.names_on(copy, reader=alice) == ["小说"]


def test_a_tag_named_like_another_becomes_one_with_it(alice: Reader, copy: Copy, now: datetime) -> None:
    other = factories.copy(alice, of=factories.title("围城", now=now), now=now)
    [novel], [fiction] = tag(copy, "小说"), tag(other, "Fiction")
    tags.rename_tag(tag_id=fiction.pk, actor=alice, name="小说")
    assert list(tags.tags_of(alice).values_list("name", "books")) == [("小说", 2)]
    assert novel.copies.count() == 2
    assert 'aria-label="小说: 2 books"' in browsers.of(alice).get(reverse("shelf-tags")).content.decode()


def test_a_deleted_tag_leaves_its_books(alices: Client, copy: Copy) -> None:
    [novel] = tag(copy, "小说")
    alices.post(reverse("change-tag", args=[novel.pk]), {"name": "小说", "delete": ""})
    assert (ShelfTag.objects.count(), Copy.objects.count()) == (0, 1)


def test_nobody_else_sees_or_changes_a_tag(copy: Copy, charlie: Reader) -> None:
    [novel] = tag(copy, "只给自己看")
    client = browsers.of(charlie)
    assert client.post(reverse("change-tag", args=[novel.pk]), {"name": "x"}).status_code == 404
    for url in (novel.get_absolute_url(), reverse("shelf-tags"), copy.title.get_absolute_url(), f"/c/{copy.code}/"):
        assert "只给自己看" not in client.get(url).content.decode()


def test_tags_end_somewhere(copy: Copy) -> None:
    with pytest.raises(TagRefused, match="too_many"):
        tag(copy, *(str(number) for number in range(tags.MOST_ON_COPY + 1)))


def test_the_owner_says_where_the_copy_is(alices: Client, copy: Copy) -> None:
    there = Area.objects.create(code="songyuan", name_zh="松园", name_en="Songyuan")
    alices.post(copy.get_absolute_url(), {**FORM, "area": there.code})
    copy.refresh_from_db()
    assert copy.area == "songyuan"
    assert alices.post(copy.get_absolute_url(), {**FORM, "area": "nowhere"}).status_code == 422
