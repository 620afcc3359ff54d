"""What no keyboard types and no database of ours keeps: the character NUL, in a form and in an address."""

import pytest
from django.urls import reverse

from personal_catalog.models import TitleChange
from sharing.models import SavedSearch
from tests.sharing import browsers
from tests.sharing.conftest import World

NUL = "a\0b"


def test_a_search_with_a_nul_is_not_kept(world: World) -> None:
    answer = browsers.of(world.bob).post(reverse("save-search"), {"q": NUL}, follow=True)
    assert "Please write what you are looking for." in browsers.text(answer)
    assert not SavedSearch.objects.exists()


def test_a_search_with_a_nul_says_that_it_could_not_be_made(world: World) -> None:
    assert browsers.of(world.bob).get(reverse("search"), {"q": NUL}).status_code == 200


def test_a_holding_with_a_nul_is_none(world: World) -> None:
    answer = browsers.of(world.bob).post(reverse("place-hold"), {"holding_key": f"item-1-{NUL}"})
    assert answer.status_code == 404


@pytest.mark.parametrize("sent", [{"value": NUL}, {"value": "I247", "why": NUL}])
def test_a_proposal_with_a_nul_is_none(world: World, sent: dict[str, str]) -> None:
    address = reverse("catalog-propose", args=[world.title.pk])
    assert browsers.of(world.lin).post(address, {"field": "clc", **sent}).status_code == 404
    assert not TitleChange.objects.filter(reason__contains="b").exists()


@pytest.mark.parametrize(
    "address", ["/vouchers/%00/", "/shelves/%00/", "/c/a%00b/", "/holdings/copy-%00/", "/kept/%00/"]
)
def test_nothing_stands_at_an_address_with_a_nul(world: World, address: str) -> None:
    assert browsers.of(world.bob).get(address).status_code == 404
