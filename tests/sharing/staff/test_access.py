"""Who may come in at the desk."""

import pytest
from django.urls import reverse

from library_bridge.models import Reader
from sharing.models import Lending
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.staff.desk import seen, staff

pytestmark = pytest.mark.django_db


PAGES = (
    "lendings:index",
    "lendings:index_results",
    "requests:index",
    "requests:index_results",
    "trail:index",
    "trail:index_results",
)
ROWS = ("lendings:inspect", "lendings:settle", "lendings:readers")


@pytest.mark.parametrize("name", PAGES)
def test_lists_are_closed_to_staff_without_the_right_and_to_readers_t_l1(name: str, world: World) -> None:
    steps.agreed(world)
    for stranger in (staff(name="Charlie"), world.bob):
        page = seen(reverse(name), stranger, world.now)
        assert page.status == 302
        assert "拖延心理学" not in page.html


@pytest.mark.parametrize("name", ROWS)
def test_a_lending_is_closed_to_staff_without_the_right_and_to_readers_t_l1(
    name: str, world: World, disputed: Lending
) -> None:
    for stranger in (staff(name="Charlie"), world.bob):
        page = seen(reverse(name, args=[disputed.pk]), stranger, world.now)
        assert page.status == 302
        assert "拖延心理学" not in page.html


@pytest.mark.parametrize("name", ROWS)
def test_a_lending_that_never_was_is_not_found(name: str, world: World) -> None:
    assert seen(reverse(name, args=[4711]), world.lin, world.now).status == 404


def test_the_menu_has_one_order(world: World, lin: Reader) -> None:
    html = seen(reverse("wagtailadmin_home"), lin, world.now).html
    labels = [
        "Overview",
        "Lendings",
        "Catalogue",
        "Library system",
        "Points and rewards",
        "Pages and guide",
        "Images",
        "Settings",
    ]
    places = [html.index(f'"label": "{label}"') for label in labels]
    assert places == sorted(places)
    assert '"name": "snippets"' not in html
