"""The home page: for visitors without anything personal, for readers with what waits for them first."""

from datetime import timedelta

from django.core.cache import cache

from personal_catalog.models import Title
from sharing import requests
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import get, queries


def test_a_visitor_may_search_and_is_told_how_to_take_part(world: World):
    page = get("/", now=world.now)
    assert "The book you want may be one building away." in page
    assert "Sign in" in page
    assert "Waiting for you" not in page.html
    assert "Free now" in page


def test_what_waits_for_the_reader_stands_above_the_shelves(world: World):
    ask = steps.asked(world)
    page = get("/", world.alice, now=world.now)
    assert "A reader would like to borrow “拖延心理学”" in page
    assert "Thursday 10:00 · answer by then" in page
    assert f'href="/asks/{ask.pk}/"' in page.html
    assert page.text.index("A reader would like") < page.text.index("Books at home")
    assert "Bob" not in page.html


def test_the_next_step_of_a_lending_waits_too(world: World):
    lending = steps.agreed(world)
    page = get("/", world.bob, now=world.now + timedelta(hours=2))
    assert f'href="/lendings/{lending.pk}/"' in page.html
    assert "Get “拖延心理学” from Alice" in page
    assert "Choose place and time" in page


def test_near_you_means_the_readers_own_area_and_never_the_readers_own_books(world: World):
    factories.copy(world.bob, factories.title("围城"), now=world.now)
    factories.copy(factories.reader(area=factories.area("bamboo")), factories.title("乡土中国"), now=world.now)
    near = get("/", world.bob, now=world.now).text.split("Near you, free now")[1].split("Newly listed")[0]
    assert "All 1" in near
    assert "拖延心理学" in near
    assert "围城" not in near
    assert "乡土中国" not in near


def test_without_anything_near_the_shelf_shows_what_is_free_anywhere(world: World):
    far = factories.reader(area=factories.area("huxi"))
    page = get("/", far, now=world.now)
    assert "Near you" not in page
    assert "Free now" in page


def test_lent_books_are_not_on_the_free_shelf(world: World):
    """C7"""
    steps.on_loan(world)
    assert "Free now" not in get("/", world.charlie, now=world.now + timedelta(hours=3))


def test_small_counts_are_not_shown(world: World):
    """P6"""
    Title.objects.filter(pk=world.title.pk).update(passed_on=4)
    assert "4 times" not in get("/", now=world.now)
    Title.objects.filter(pk=world.title.pk).update(passed_on=5)
    assert "5 times" in get("/", now=world.now)


def test_what_readers_ask_for_is_shown_from_five_readers_on(world: World):
    """P6"""
    wanted = factories.title("运筹学")
    for number in range(5):
        assert "Readers ask for" not in get("/", now=world.now + timedelta(hours=number))
        requests.place_request(actor=factories.reader(), title_id=wanted.pk, now=world.now)
        cache.clear()
    page = get("/", now=world.now)
    assert "Readers ask for: 运筹学" in page


def test_thirty_of_each_ask_no_more_queries_than_one(world: World):
    steps.asked(world)
    factories.copy(world.charlie, factories.title("围城", passed_on=3), now=world.now)
    for_few = queries("/", world.alice, now=world.now)
    for _number in range(30):
        title = factories.title("围城", passed_on=3)
        factories.copy(factories.reader(area=world.alice.area), title, now=world.now)
        mine = factories.copy(world.alice, title, now=world.now)
        requests.place_request(actor=factories.reader(), holding_key=f"copy-{mine.pk}", now=world.now)
    for_many = queries("/", world.alice, now=world.now)
    assert len(for_few) == len(for_many) <= 15, for_many


def test_the_page_is_small(world: World):
    for number in range(30):
        title = factories.title(f"计算流体动力学分析：CFD软件原理与应用 {number}", passed_on=6)
        factories.copy(world.charlie, title, now=world.now)
    assert len(get("/", world.bob, now=world.now, language="zh").html.encode()) < 30_000


def test_a_record_that_is_only_a_number_is_not_set_before_everyone(world: World):
    stub = factories.title("ISBN 978-0-00-000000-2", lookup_pending=True, lookup_next_at=world.now)
    for title in (stub, factories.title("手写本", status="pending")):
        factories.copy(world.alice, title, now=world.now)
    page = get("/", world.bob, now=world.now)
    assert "ISBN 978" not in page
    assert "手写本" not in page
    assert "拖延心理学" in page
