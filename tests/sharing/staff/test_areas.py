"""Staff of one area see what concerns its readers; everything else is not there for them."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from library_bridge.models import Area, Reader
from sharing import roles
from sharing.models import DomainEvent, Lending, Request
from sharing.staff import matters
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser


def clerk(*areas: Area) -> Reader:
    roles.ensure_roles()
    made = factories.reader("Clerk", is_staff=True)
    made.groups.add(Group.objects.get(name="Librarians"))
    for area in areas:
        area.staff.add(made)
    return Reader.objects.get(pk=made.pk)


@pytest.fixture
def near(world: World) -> Area:
    return _home_of(world.alice, "near")


@pytest.fixture
def far(db: None) -> Area:
    return Area.objects.create(code="far", name_zh="远", name_en="Far")


def _home_of(reader: Reader, code: str) -> Area:
    area = Area.objects.create(code=code, name_zh=code, name_en=code)
    Reader.objects.filter(pk=reader.pk).update(area=area)
    return area


def addresses(lending: Lending) -> list[str]:
    request: Request = lending.request
    event = DomainEvent.objects.filter(lending=lending).latest("pk")
    return [
        reverse("lendings:inspect", args=[lending.pk]), reverse("requests:inspect", args=[request.pk]),
        reverse("trail:inspect", args=[event.pk]), reverse("lendings:readers", args=[lending.pk]),
        reverse("lendings:settle", args=[lending.pk]),
    ]  # fmt: skip


def test_what_concerns_no_reader_of_ones_area_is_not_there(world: World, near: Area, far: Area) -> None:
    Reader.objects.filter(pk=world.bob.pk).update(area=near)
    lending = steps.on_loan(world)
    stranger = browser(clerk(far))
    assert [stranger.get(address).status_code for address in addresses(lending)] == [404] * 5
    for name in ("lendings", "requests", "trail"):
        assert "拖延心理学" not in stranger.get(reverse(f"{name}:index")).content.decode()


def test_what_concerns_one_reader_of_ones_area_is(world: World, near: Area) -> None:
    Reader.objects.filter(pk=world.bob.pk).update(area=near)
    lending = steps.on_loan(world)
    answers = [browser(clerk(near)).get(address).status_code for address in addresses(lending)]
    assert 404 not in answers


def test_staff_of_no_area_see_all(world: World, near: Area) -> None:
    assert browser(clerk()).get(addresses(steps.on_loan(world))[0]).status_code == 200


def test_what_is_stuck_elsewhere_is_not_ones_matter(world: World, near: Area, far: Area) -> None:
    lending = steps.on_loan(world)
    Lending.objects.filter(pk=lending.pk).update(status="disputed")
    assert not [matter for matter in matters.waiting_for(clerk(far), now=world.now).shown if "拖延" in matter.says]
    assert [matter for matter in matters.waiting_for(clerk(near), now=world.now).shown if "拖延" in matter.says]


@pytest.mark.parametrize("name", ["patrons", "library-loans"])
def test_cards_and_loans_of_other_areas_are_not_listed(world: World, near: Area, far: Area, name: str) -> None:
    card = factories.patron(world.alice, card_number="2023999999")
    loan = factories.library_loan(card, world.title, now=world.now)
    words = {"patrons": card.card_number, "library-loans": loan.barcode}[name]
    row = {"patrons": card, "library-loans": loan}[name]
    assert words in browser(clerk(near)).get(reverse(f"{name}:index")).content.decode()
    stranger = browser(clerk(far))
    assert words not in stranger.get(reverse(f"{name}:index")).content.decode()
    assert stranger.get(reverse(f"{name}:inspect", args=[row.pk])).status_code == 404
