"""A library whose settings can't be used: operators are told which one, its readers that it can't be reached, and everybody
else notices nothing."""

from datetime import datetime
from unittest import mock

import pytest
from django.core import checks
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from library_bridge import registry, transfers
from library_bridge.models import Library, Transfer
from library_bridge.ports import Unavailable
from personal_catalog.lookup.sources import SourceUnavailable
from sharing.lookup_library import LibraryCatalogue
from tests.library_bridge import adapter_double, factories
from tests.library_bridge.factories import PIN, Campus, item

ISBN = "9787300113906"


@pytest.fixture
def broken(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Library:
    adapter_double.put_in_place_of("sip2", monkeypatch)
    return Library.objects.create(
        code="branch",
        name_zh="分馆",
        name_en="Branch",
        adapter="sip2",
        settings={"host": "a", "password": "env:CANARY"},
    )


def said() -> list[checks.CheckMessage]:
    return [message for message in checks.run_checks() if str(message.id).startswith("library_bridge.")]


def test_a_sound_library_is_not_mentioned(campus: Campus) -> None:
    assert said() == []


def test_a_check_names_library_and_setting_and_what_to_do(broken: Library) -> None:
    [message] = said()
    assert message.id == "library_bridge.W001"
    assert message.msg.endswith("branch can't be reached as it is configured. password: the environment has no CANARY")
    assert "add_library branch --set password=" in str(message.hint)
    assert message.level == checks.WARNING  # the service starts


def test_a_library_out_of_use_is_not_mentioned(broken: Library) -> None:
    Library.objects.filter(pk=broken.pk).update(is_active=False)
    assert said() == []


def test_without_tables_there_is_nothing_to_check(broken: Library) -> None:
    with mock.patch.object(Library.objects, "filter", side_effect=OperationalError("no such table")):
        assert said() == []


def test_to_its_readers_it_is_a_library_that_cannot_be_reached(broken: Library, now: datetime) -> None:
    with pytest.raises(Unavailable) as silence:
        registry.system_for(broken, now=now)
    assert silence.value.nothing_sent


def test_its_door_answers_politely_and_the_others_stay_open(client: Client, broken: Library, campus: Campus) -> None:
    data = {"card_number": campus.alice.card_number, "pin": PIN}
    shut = client.post(reverse("sign-in"), {**data, "library": "branch"})
    assert shut.status_code == 503
    assert client.post(reverse("sign-in"), {**data, "library": "demo"}).status_code == 302


def test_its_transfers_wait(broken: Library, campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    Transfer.objects.filter(pk=transfer.pk).update(library=broken)
    waits = transfers.advance(transfer_id=transfer.pk, now=now)
    assert (waits.status, waits.reason_code, waits.attempts) == ("pending", "unavailable", 1)


def test_lookup_goes_on_with_the_others(broken: Library, campus: Campus) -> None:
    item(campus, isbn13=ISBN)
    found = LibraryCatalogue().find(ISBN)
    assert found is not None
    assert found.title == "拖延心理学"
    with pytest.raises(SourceUnavailable, match="library-branch"):
        LibraryCatalogue().find("9787213052545")
