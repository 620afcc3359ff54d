"""Lendings as staff see them: the list, and the slip of one."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader
from personal_catalog.search import engines
from personal_catalog.search.index import reindex_title
from sharing import conversations, disclosures, events
from sharing.errors import Denied
from sharing.models import DomainEvent, Lending
from sharing.staff import slips
from tests import factories
from tests.sharing import crowds, steps
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser
from tests.sharing.staff.desk import DAY, MINUTE, seen, sent, staff

pytestmark = pytest.mark.django_db


def test_a_lending_is_found_by_its_number_and_by_its_title(world: World, lin: Reader) -> None:
    lending, other = steps.agreed(world), crowds.accepted(now=world.now)
    reindex_title(world.title)
    for words in (lending.number, str(lending.pk), "拖延"):
        page = seen(f"{reverse('lendings:index')}?q={words}", lin, world.now)
        assert lending.number in page
        assert other.number not in page


@pytest.mark.parametrize("address", ["lendings:index", "trail:index", "requests:index"])
def test_a_row_is_found_though_more_titles_have_its_word_than_are_looked_at(
    address: str, world: World, lin: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CANDIDATES", 2)
    lending = steps.agreed(world)
    for title in (world.title, *(factories.title(f"拖延{number}") for number in range(3))):
        reindex_title(title)
    page = seen(f"{reverse(address)}?q=拖延", lin, world.now)
    assert str(lending.request if address == "requests:index" else lending) in page
    assert "titles that match" not in page


def test_what_was_not_looked_at_is_told(world: World, lin: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CANDIDATES", 2)
    for lending in [crowds.accepted(now=world.now) for _each in range(3)]:
        reindex_title(lending.request.title)
    page = seen(f"{reverse('lendings:index')}?q=title", lin, world.now)
    assert "Only 2 of the titles that match were looked at." in page


@pytest.mark.parametrize(
    ("trouble", "shown"), [("any", True), ("disputed", True), ("librarian", False), ("late", False)]
)
def test_lendings_are_sifted_by_what_is_wrong(
    trouble: str, shown: bool, world: World, lin: Reader, disputed: Lending
) -> None:
    page = seen(f"{reverse('lendings:index')}?trouble={trouble}", lin, world.now + 2 * DAY)
    assert (disputed.number in page) is shown


def test_an_overdue_lending_is_in_trouble(world: World, lin: Reader) -> None:
    lending = steps.on_loan(world)
    address = f"{reverse('lendings:index')}?trouble=late"
    assert lending.number not in seen(address, lin, world.now + DAY)
    assert lending.number in seen(address, lin, world.now + 90 * DAY)


def test_lendings_are_sifted_by_area_kind_and_day(world: World, lin: Reader) -> None:
    lending = steps.agreed(world)
    plum, bamboo = world.alice.area, factories.area("bamboo")
    assert plum is not None
    for query, shown in (
        (f"area={plum.pk}", True),
        (f"area={bamboo.pk}", False),
        ("kind=personal_copy", True),
        ("kind=library_loan", False),
        ("agreed_from=2026-11-24&agreed_to=2026-11-24", True),
        ("agreed_to=2026-11-23", False),
        ("status=agreed&status=on_loan", True),
    ):
        assert (lending.number in seen(f"{reverse('lendings:index')}?{query}", lin, world.now)) is shown, query


def test_a_finished_lending_has_no_next_step_and_stands_last(world: World, lin: Reader) -> None:
    over = steps.returned(steps.on_loan(world), now=world.now + DAY)
    live = crowds.accepted(now=world.now)
    for ordering in ("next_at", "-next_at"):
        page = seen(f"{reverse('lendings:index')}?ordering={ordering}", lin, world.now + DAY)
        assert page.html.index(live.number) < page.html.index(over.number)
        assert f"{over.deadline_at:%Y-%m-%dT%H:%M}" not in page.html


def test_the_list_names_no_reader_and_asks_as_often_for_one_row_as_for_many(world: World, lin: Reader) -> None:
    def ask() -> tuple[Page, int]:
        with CaptureQueriesContext(connection) as asked:
            page = seen(reverse("lendings:index"), lin, world.now + DAY)
        return page, len(asked)

    crowds.accepted(now=world.now)
    page, few = ask()
    for _ in range(15):
        crowds.accepted(now=world.now)
    assert "Holder 1" not in page
    assert ask()[1] == few


def test_the_slip_tells_what_happened_by_role_and_nothing_of_the_chat_t_l8(world: World, lin: Reader) -> None:
    lending = steps.agreed(world)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=world.bob, text="my-secret-marker", now=world.now + 2 * MINUTE
    )  # fmt: skip
    page = seen(reverse("lendings:inspect", args=[lending.pk]), lin, world.now + DAY)
    assert "Holder agreed the giver" in page
    for hidden in ("my-secret-marker", "I would like to read it.", "Bob", "Alice"):
        assert hidden not in page.html


@pytest.mark.parametrize("of", ["a lending", "a request"])
def test_a_slip_is_one_query_however_much_its_requester_did(of: str, world: World) -> None:
    lending = steps.agreed(world)
    for kind in ("request.paused", "request.resumed") * 3:
        events.record(kind, now=world.now + DAY, actor=world.bob, request=lending.request)
    with CaptureQueriesContext(connection) as asked:
        rows = slips.of_lending(lending) if of == "a lending" else slips.of_request(lending.request)
    assert [row.by for row in rows].count("the requester") == 7
    assert len(asked) == 1


def test_readers_words_stay_words_on_the_slip_t_l3(world: World, lin: Reader, disputed: Lending) -> None:
    page = seen(reverse("lendings:inspect", args=[disputed.pk]), lin, world.now + 2 * DAY)
    assert "The back cover &lt;b&gt;is&lt;/b&gt; gone" in page.html


def test_names_are_shown_only_after_a_reason_and_for_a_quarter_of_an_hour_t_l2(
    world: World, lin: Reader, disputed: Lending
) -> None:
    client, at = browser(lin), world.now + 2 * DAY
    factories.patron(world.bob, card_number="2023777")
    page = sent(reverse("lendings:readers", args=[disputed.pk]), client, at, reason="To write to both about the cover")
    assert "Alice" in page
    assert "Bob · 2023777" in page
    with time_machine.travel(at + 16 * MINUTE, tick=False):
        assert "Alice" not in Page(client.get(reverse("lendings:inspect", args=[disputed.pk])))


def test_a_look_is_on_the_record_and_its_subjects_read_it_t_l2(world: World, lin: Reader, disputed: Lending) -> None:
    sent(reverse("lendings:readers", args=[disputed.pk]), lin, world.now + 2 * DAY, reason="To write to both")
    event = DomainEvent.objects.get(kind="lending.looked_up")
    assert (event.actor, event.why) == (lin, "To write to both")
    assert "To write to both" in seen(reverse("lending", args=[disputed.pk]), world.bob, world.now + 2 * DAY)
    assert ModelLogEntry.objects.filter(action="sharing.look_up", user=lin).exists()


def test_nobody_is_looked_up_without_a_reason_or_the_right_t_l2(world: World, disputed: Lending) -> None:
    clerk, address = staff("sharing.view_lending"), reverse("lendings:readers", args=[disputed.pk])
    page = sent(address, clerk, world.now + 2 * DAY, reason="curious")
    assert "Alice" not in page
    with pytest.raises(Denied):
        disclosures.look_up_readers(lending_id=disputed.pk, actor=world.lin, reason=" ", now=world.now)
    assert not DomainEvent.objects.filter(kind="lending.looked_up").exists()
