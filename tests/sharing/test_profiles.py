"""Names that readers give themselves (T-R18, T-R19), and the page where they do."""

import pytest
import time_machine
from django.conf import settings

from personal_catalog.models import Copy
from sharing import profiles
from sharing.errors import Denied
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get

REFUSED = [
    "Librarian", "lib rarian", "Ｌｉｂｒａｒｉａｎ", "LIBRARIAN Lin", "admin", "the holder", "图书馆", "馆员小王", "书递客服", "持有人",
    "一位读者",
    "Al\u200bice", "\u202eecilA", "Ali\u0007ce", "Alice\nBcc: x", "Al\u2028ice", "\ud800", "\ufeffAlice", "A\u00adlice",
    "Аlice", "Αlice", "Cһarlie", "…", "   ", "---", "", "e" + "\u0301" * 30, "x" * 41, "\U000e0041",
]  # fmt: skip
ACCEPTED = {
    "Alice": "Alice", "小明": "小明", "小明Ming": "小明Ming", "  José  Núñez ": "José Núñez", "Ｂｏｂ": "Bob", "Иван": "Иван",
    "山田 太郎": "山田 太郎", "김철수": "김철수", "Nguyễn Thị Thanh Hằng": "Nguyễn Thị Thanh Hằng", "O’Neill": "O’Neill", "R2D2": "R2D2",
    "{{7*7}}": "{{7*7}}",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_looks_like_somebody_else_is_refused(name):
    with pytest.raises(Denied):
        profiles.checked_name(name)


@pytest.mark.parametrize("name", ACCEPTED)
def test_names_of_the_world_are_welcome(name):
    assert profiles.checked_name(name) == ACCEPTED[name]


def change(world: World, **changes: str):
    form = {"display_name": "Bob", "area": "", "language": "", "theme": "auto", **changes}
    with time_machine.travel(world.now):
        return browser(world.bob).post("/me/", form, follow=True)


def test_the_page_changes_name_area_language_and_theme(world: World):
    bamboo = factories.area("bamboo")
    change(world, display_name="Bob Li", area=str(bamboo.pk), language="zh-hans", theme="dark")
    world.bob.refresh_from_db()
    changed = world.bob
    assert (changed.display_name, changed.area, changed.language, changed.theme) == (
        "Bob Li",
        bamboo,
        "zh-hans",
        "dark",
    )


def test_books_in_the_readers_hands_move_along(world: World):
    mine = factories.copy(world.bob, now=world.now)
    change(world, area=str(factories.area("bamboo").pk))
    mine.refresh_from_db()
    assert mine.area == "bamboo"
    assert Copy.objects.get(pk=world.copy.pk).area == "plum"


def test_the_next_page_is_in_the_language_chosen(world: World):
    answer = change(world, language="zh-hans")
    assert answer.client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert 'lang="zh-Hans"' in answer.content.decode()


def test_a_refused_name_comes_back_with_the_reason_and_what_was_typed(world: World):
    html = change(world, display_name="Librarian Bob").content.decode()
    assert "This name belongs to the service or its staff." in html
    assert 'value="Librarian Bob"' in html
    world.bob.refresh_from_db()
    assert world.bob.display_name == "Bob"


def test_nothing_else_can_be_changed_through_the_form(world: World):
    """T-R4"""
    change(world, is_staff="1", is_superuser="1", department="Library", username="admin", pseudonym="X")
    world.bob.refresh_from_db()
    assert (world.bob.is_staff, world.bob.department, world.bob.pseudonym) == (False, "", "")


def test_the_name_differs_from_ones_pseudonym(world: World):
    world.bob.pseudonym = "Quiet Otter"
    world.bob.save()
    assert "the two must differ" in change(world, display_name="quiet otter").content.decode()


def test_the_page_shows_the_readers_own_card_and_nobody_elses(world: World):
    factories.patron(world.bob, card_number="2023000002")
    factories.patron(world.alice, card_number="2023000001")
    page = get("/me/", world.bob, now=world.now)
    assert "2023000002" in page
    assert "2023000001" not in page


def test_visitors_are_led_to_sign_in(world: World):
    assert get("/me/", now=world.now).response.url.startswith("/sign-in/")
