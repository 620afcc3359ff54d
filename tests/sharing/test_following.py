"""Following a shelf: with its reader's consent only, and told in one go."""

from datetime import timedelta

import pytest

from personal_catalog.models import Copy
from sharing import due, following, notices
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import ShelfFollow, ShownShelf
from tests import factories
from tests.sharing import browsers
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1, minutes=1)


@pytest.fixture
def shelf(world: World) -> ShownShelf:
    """Alice's."""
    return following.open_shelf(actor=world.alice, name="Night reader", now=world.now)


def follow(world: World, shelf: ShownShelf, who=None) -> None:
    following.follow_shelf(code=shelf.code, actor=who or world.bob, now=world.now)


def told(who) -> list[str]:
    return [notices.sentence(row, who).text for row in notices.for_list(who)]


def swept(now) -> int:
    return sum(deed["did"] == "shelf.grew" for deed in due.act(now=now))


def test_followers_are_told_once_of_all_new_books(world: World, shelf: ShownShelf) -> None:
    follow(world, shelf)
    for name in ("运筹学", "预测控制"):
        factories.copy(world.alice, factories.title(name), now=world.now + timedelta(hours=1))
    assert [swept(world.now + timedelta(hours=2)), swept(world.now + DAY), swept(world.now + DAY * 2)] == [0, 1, 0]
    assert told(world.bob) == ["“预测控制” and 1 other book are new on a shelf that you follow."]
    assert told(world.alice) == []


def test_p3_a_notice_names_no_shelf(world: World, shelf: ShownShelf) -> None:
    follow(world, shelf)
    factories.copy(world.alice, factories.title("运筹学"), now=world.now + timedelta(hours=1))
    swept(world.now + DAY)
    assert "Night reader" not in told(world.bob)[0]
    assert "Alice" not in told(world.bob)[0]


@pytest.mark.parametrize("visibility", ["groups", "nobody"])
def test_p2_what_is_not_for_everyone_is_not_on_it(world: World, shelf: ShownShelf, visibility: str) -> None:
    follow(world, shelf)
    Copy.objects.update(visibility=visibility, created_at=world.now + timedelta(hours=1))
    assert not following.books_of(shelf).exists()
    assert not following.new_books(world.bob)
    assert swept(world.now + DAY) == 0


def test_a_shelf_that_is_closed_has_no_page_and_no_followers(world: World, shelf: ShownShelf) -> None:
    follow(world, shelf)
    following.close_shelf(actor=world.alice, now=world.now)
    assert not ShelfFollow.objects.exists()
    assert browsers.of(world.bob).get(shelf.get_absolute_url()).status_code == 404
    again = following.open_shelf(actor=world.alice, name="Night reader", now=world.now)
    assert again.code != shelf.code


def test_who_follows_stays_unknown_and_few_are_not_counted(world: World, shelf: ShownShelf) -> None:
    follow(world, shelf)
    assert following.followers(world.alice) == 0
    own = browsers.seen(browsers.of(world.alice), "/follows/")
    assert "fewer than five readers follow it" in own
    assert "Stop showing it" in own
    assert "Rename" in own
    for _number in range(4):
        follow(world, shelf, factories.reader())
    assert following.followers(world.alice) == 5


def test_nobody_follows_what_is_not_shown(world: World, shelf: ShownShelf, monkeypatch) -> None:
    with pytest.raises(NotFound):
        following.follow_shelf(code="nothing", actor=world.bob, now=world.now)
    with pytest.raises(Denied):
        follow(world, shelf, world.alice)
    world.alice.is_active = False
    world.alice.save()
    with pytest.raises(NotFound):
        follow(world, shelf)
    world.alice.is_active = True
    world.alice.save()
    monkeypatch.setattr(following, "MOST_FOLLOWED", 0)
    with pytest.raises(LimitReached):
        follow(world, shelf)


def test_following_twice_and_leaving_twice_change_nothing(world: World, shelf: ShownShelf) -> None:
    for _twice in range(2):
        follow(world, shelf)
        assert ShelfFollow.objects.count() == 1
    for _twice in range(2):
        following.unfollow_shelf(code=shelf.code, actor=world.bob, now=world.now)
    assert not ShelfFollow.objects.exists()


@pytest.mark.parametrize("name", ["Alice", "librarian", "", "night READER"])
def test_t_r18_a_shelf_is_called_like_nobody(world: World, shelf: ShownShelf, name: str) -> None:
    who = world.alice if name == "Alice" else world.bob
    with pytest.raises(Denied) as refused:
        following.open_shelf(actor=who, name=name, now=world.now)
    assert refused.value.field == "name"


def test_the_pages_do_all_of_it(world: World) -> None:
    alice, bob = browsers.of(world.alice), browsers.of(world.bob)
    with browsers.at(world.now):
        alice.post("/follows/mine/", {"name": "Night reader"})
        page = ShownShelf.objects.get().get_absolute_url()
        assert "Night reader" in browsers.seen(bob, "/follows/")
        seen = browsers.seen(bob, page)
        assert world.title.title in seen
        assert "Alice" not in seen
        bob.post(f"{page}follow/")
        assert "Follow it no more" in browsers.seen(bob, page)
        bob.post(f"{page}unfollow/")
        alice.post("/follows/mine/close/")
    assert not ShownShelf.objects.exists()
