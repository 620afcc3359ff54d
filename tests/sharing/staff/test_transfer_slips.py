"""The library's list of transfers calls them by their slips."""

from datetime import datetime
from unittest import mock

import pytest
from django.urls import reverse
from django.utils.module_loading import import_string

from sharing.models import Lending
from tests.sharing.conftest import World
from tests.sharing.staff.desk import seen, sent, staff
from tests.sharing.test_library_loans import Story

pytestmark = pytest.mark.django_db


def test_a_transfer_stands_under_its_slips_number_and_is_found_by_it(
    world, stuck: tuple[Story, Lending], now: datetime
) -> None:
    lending = stuck[1]
    listed = reverse("transfers:index")
    assert lending.transfer is not None
    for address in (listed, f"{listed}?q={lending.number.lower()}", f"{listed}?q={lending.transfer.barcode}"):
        page = seen(address, world.lin, now)
        assert lending.number in page
        assert lending.transfer.reference not in page
    assert lending.number not in seen(f"{listed}?q=L-26-999999", world.lin, now)


def test_a_transfers_page_leads_to_its_slip_who_may_see_slips(
    world, stuck: tuple[Story, Lending], now: datetime
) -> None:
    lending = stuck[1]
    assert lending.transfer is not None
    address, slip = (
        reverse("transfers:inspect", args=[lending.transfer.pk]),
        reverse("lendings:inspect", args=[lending.pk]),
    )
    assert slip in seen(address, world.lin, now).html
    clerk = staff("library_bridge.view_transfer")
    page = seen(address, clerk, now)
    assert lending.number in page
    assert slip not in page.html


def test_what_is_settled_in_the_list_of_transfers_ends_its_lending_without_waiting_for_the_sweep(
    world: World, stuck: tuple[Story, Lending], now: datetime
) -> None:
    story, lending = stuck
    assert lending.transfer is not None
    story.campus.system(now).check_out(story.campus.bob.card_number, story.item.barcode)
    with mock.patch("sharing.jobs.hurry", side_effect=lambda name, pk: import_string(name)(pk)):
        sent(reverse("transfers:settle", args=[lending.transfer.pk]), world.lin, now, reason="Charged by hand")
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
