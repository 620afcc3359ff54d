"""The librarians' desk: overview, lendings, requests, the trail, the policy and the guide. Lin may everything, Clerk what a
test gives, Charlie of the staff nothing but the door, Bob is a reader."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from unittest import mock

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader, Transfer
from personal_catalog.search.index import reindex_title
from sharing import asks, conversations, disclosures, disputes, lendings, requests, transferring
from sharing.errors import Denied
from sharing.models import CirculationPolicy, DomainEvent, Lending
from sharing.staff import matters
from tests import factories
from tests.sharing import crowds, steps
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser
from tests.sharing.test_library_loans import Story

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def staff(*permissions: str, name: str = "Clerk") -> Reader:
    """A member of the staff with the door and these rights."""
    made = factories.reader(name, is_staff=True)
    for permission in ("wagtailadmin.access_admin", *permissions):
        app, codename = permission.split(".")
        made.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return Reader.objects.get(pk=made.pk)


def seen(path: str, who: Reader, now: datetime, *, language: str = "en") -> Page:
    with time_machine.travel(now, tick=False):
        return Page(browser(who, language=language).get(path))


def sent(path: str, who: Reader | Client, now: datetime, **form: str) -> Page:
    client = who if isinstance(who, Client) else browser(who)
    with time_machine.travel(now, tick=False):
        return Page(client.post(path, form, follow=True))


@pytest.fixture
def lin(world: World) -> Reader:
    return world.lin


@pytest.fixture
def disputed(world: World) -> Lending:
    lending = steps.on_loan(world)
    return disputes.dispute_lending(
        lending_id=lending.pk, actor=world.alice, reason="The back cover <b>is</b> gone", now=world.now + DAY
    )


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Jobs are sent and nobody takes them up."""
    with mock.patch("sharing.jobs.hurry"):
        yield


@pytest.fixture
def stuck(no_worker: None, now: datetime) -> tuple[Story, Lending]:
    """Handed over, but the item went back over the library's counter before it could move."""
    story = Story(now)
    lending = story.hand_over()
    story.campus.system(now).check_in(story.item.barcode)
    return story, transferring.advance_transfer(lending_id=lending.pk, now=now)


# the overview


def test_the_overview_says_what_is_stuck_and_what_to_do(world: World, lin: Reader, disputed: Lending) -> None:
    page = seen(reverse("wagtailadmin_home"), lin, world.now + DAY)
    assert "A problem was reported: “拖延心理学”" in page
    assert reverse("lendings:inspect", args=[disputed.pk]) in page.html


def test_nothing_stuck_is_said_plainly(world: World, lin: Reader) -> None:
    assert "Nothing waits for you." in seen(reverse("wagtailadmin_home"), lin, world.now)


def test_a_transfer_the_library_refused_is_stuck(stuck: tuple[Story, Lending], now: datetime) -> None:
    assert stuck[1].status == Lending.Status.NEEDS_LIBRARIAN
    (matter,) = matters.waiting_for(staff("sharing.view_lending"), now=now).shown
    assert "The library did not move the loan" in matter.says


def test_a_transfer_that_waits_long_is_stuck(no_worker: None, now: datetime) -> None:
    Story(now).hand_over()
    clerk = staff("sharing.view_lending")
    assert not matters.waiting_for(clerk, now=now + MINUTE).shown
    (matter,) = matters.waiting_for(clerk, now=now + 20 * MINUTE).shown
    assert matter.says == "1 transfer waits for the library system"


def test_events_that_are_not_delivered_are_noticed(world: World) -> None:
    steps.placed(world)
    late = DomainEvent.objects.latest("recorded_at").recorded_at + 20 * MINUTE
    (matter,) = matters.waiting_for(staff("sharing.view_domainevent"), now=late).shown
    assert "events are not delivered yet" in matter.says


def test_titles_typed_by_hand_wait_for_a_curator(world: World) -> None:
    factories.title("Typed", status="pending")
    (matter,) = matters.waiting_for(staff("personal_catalog.change_title"), now=world.now).shown
    assert (matter.says, matter.url) == (
        "1 title typed by hand waits for a curator",
        reverse("catalog-queue-of", args=["typed"]),
    )


def test_staff_without_a_right_see_neither_matters_nor_figures(world: World, disputed: Lending) -> None:
    page = seen(reverse("wagtailadmin_home"), staff(name="Charlie"), world.now + DAY)
    assert page.status == 200
    assert "Nothing waits for you." in page
    assert "In figures" not in page
    assert "拖延心理学" not in page


def test_figures_stand_beside_the_former_period_and_link_to_their_meaning(now: datetime) -> None:
    for _ in range(5):
        crowds.accepted(now=now - 5 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "Answered 100.0" in page
    assert f"{reverse('desk-definitions')}#figure-answered" in page.html


def test_the_period_is_chosen_from_a_list(now: datetime) -> None:
    for _ in range(5):
        crowds.placed(now=now - 60 * DAY)
    clerk = staff("sharing.view_request")
    assert "Requests 5 before: –" in seen(reverse("wagtailadmin_home") + "?days=90", clerk, now)
    assert "Requests – before: 5" in seen(reverse("wagtailadmin_home") + "?days=90000", clerk, now)


def test_each_chart_has_its_finding_in_words_and_a_table(now: datetime) -> None:
    for _ in range(5):
        crowds.handed_over(now=now - 9 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "5 requests ended, 100% of them with a book handed over" in page
    assert page.html.count('<svg class="chart"') == page.html.count("table-box") - page.html.count('"desk-wanted"') // 2


def test_few_readers_stay_unseen_on_the_overview_p6(now: datetime) -> None:
    for _ in range(4):
        crowds.handed_over(now=now - 9 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "fewer than five readers" in page
    assert "Requests – before: –" in page


def test_the_definitions_explain_every_figure(world: World) -> None:
    page = seen(reverse("desk-definitions"), staff("sharing.view_request"), world.now)
    assert "Holders were asked and none of them answered in time." in page
    assert seen(reverse("desk-definitions"), staff(), world.now).status == 302


def test_the_overview_speaks_chinese(world: World, lin: Reader, disputed: Lending) -> None:
    assert "《拖延心理学》" in seen(reverse("wagtailadmin_home"), lin, world.now + DAY, language="zh-CN")


# lendings: the list


def test_a_lending_is_found_by_its_number_and_by_its_title(world: World, lin: Reader) -> None:
    lending, other = steps.agreed(world), crowds.accepted(now=world.now)
    reindex_title(world.title)
    for words in (lending.number, str(lending.pk), "拖延"):
        page = seen(f"{reverse('lendings:index')}?q={words}", lin, world.now)
        assert lending.number in page
        assert other.number not in page


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


# lendings: the slip


def test_the_slip_tells_what_happened_by_role_and_nothing_of_the_chat_t_l8(world: World, lin: Reader) -> None:
    lending = steps.agreed(world)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=world.bob, text="my-secret-marker", now=world.now + 2 * MINUTE
    )  # fmt: skip
    page = seen(reverse("lendings:inspect", args=[lending.pk]), lin, world.now + DAY)
    assert "Holder agreed the giver" in page
    for hidden in ("my-secret-marker", "I would like to read it.", "Bob", "Alice"):
        assert hidden not in page.html


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


# lendings: what staff do


def settled(lending: Lending, who: Reader, now: datetime, **said: str) -> Page:
    form = {"outcome": "returned", "reason": "Both agree: the cover was gone before.", **said}
    return sent(reverse("lendings:settle", args=[lending.pk]), who, now, **form)


def test_a_librarian_settles_a_dispute_with_a_reason(world: World, lin: Reader, disputed: Lending) -> None:
    page = settled(disputed, lin, world.now + 2 * DAY)
    assert "Settled. Both readers have been told." in page
    disputed.refresh_from_db()
    world.copy.refresh_from_db()
    assert (disputed.status, disputed.close_reason) == ("settled", "Both agree: the cover was gone before.")
    assert world.copy.holder == world.alice
    entry = ModelLogEntry.objects.get(action="sharing.settle")
    assert (entry.user, entry.data["outcome"]) == (lin, "returned")


@pytest.mark.parametrize("said", [{"reason": "  "}, {"outcome": "given to me"}])
def test_an_incomplete_settlement_is_asked_for_again(
    said: dict[str, str], world: World, lin: Reader, disputed: Lending
) -> None:
    page = settled(disputed, lin, world.now + 2 * DAY, **said)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED
    assert page.status == 200
    assert "How it ends" in page


def test_staff_with_the_right_to_see_cannot_settle_t_l1(world: World, disputed: Lending) -> None:
    settled(disputed, staff("sharing.view_lending"), world.now + 2 * DAY)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED


def test_nobody_settles_a_lending_of_their_own(world: World, disputed: Lending) -> None:
    Reader.objects.filter(pk=world.alice.pk).update(is_staff=True, is_superuser=True)
    settled(disputed, Reader.objects.get(pk=world.alice.pk), world.now + 2 * DAY)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED


def test_what_has_moved_on_meanwhile_is_said(world: World, lin: Reader) -> None:
    page = settled(steps.agreed(world), lin, world.now + DAY)
    assert "Things have moved on" in page


def test_a_post_without_a_token_settles_nothing_t_r9(world: World, lin: Reader, disputed: Lending) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lin)
    form = {"outcome": "paid", "reason": "x"}
    assert client.post(reverse("lendings:settle", args=[disputed.pk]), form).status_code == 403


def test_what_a_librarian_moved_by_hand_completes_the_lending(
    world: World, stuck: tuple[Story, Lending], now: datetime
) -> None:
    story, lending = stuck
    story.campus.system(now).check_out(story.campus.bob.card_number, story.item.barcode)
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="Charged by hand")
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
    assert "the lending is completed" in page


def test_what_did_not_move_is_settled_next(world: World, stuck: tuple[Story, Lending], now: datetime) -> None:
    _story, lending = stuck
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="It stays on the shelf")
    assert "Now settle the lending." in page
    settled(lending, world.lin, now)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.SETTLED


def test_a_stuck_transfer_cannot_be_passed_over(world: World, stuck: tuple[Story, Lending], now: datetime) -> None:
    settled(stuck[1], world.lin, now)
    stuck[1].refresh_from_db()
    assert stuck[1].status == Lending.Status.NEEDS_LIBRARIAN


def test_a_waiting_transfer_is_tried_at_once(no_worker: None, world: World, now: datetime) -> None:
    story = Story(now)
    lending = story.hand_over()
    Transfer.objects.update(next_try_at=now + DAY)
    page = sent(reverse("lendings:retry", args=[lending.pk]), world.lin, now)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
    assert story.on_card() == story.campus.bob.card_number
    assert "The library has moved the loan" in page


# requests and the trail


def test_requests_are_listed_without_their_persons_and_words(world: World, lin: Reader) -> None:
    request = steps.placed(world)
    for path in (reverse("requests:index"), reverse("requests:inspect", args=[request.pk])):
        page = seen(path, lin, world.now)
        assert "拖延心理学" in page
        for hidden in ("Bob", "I would like to read it."):
            assert hidden not in page


@pytest.mark.parametrize("fate", ["declined", "unanswered", "nobody"])
def test_requests_are_sifted_by_how_they_ended(fate: str, world: World, lin: Reader) -> None:
    nobodys = requests.place_request(actor=world.bob, title_id=factories.title("X").pk, now=world.now)
    ended = {
        "declined": crowds.expired(crowds.declined(now=world.now)),
        "unanswered": crowds.expired(crowds.lapsed(now=world.now)),
        "nobody": crowds.expired(nobodys),
    }
    page = seen(f"{reverse('requests:index')}?fate={fate}", lin, world.now + 30 * DAY)
    assert {code for code, request in ended.items() if f"/requests/{request.pk}/" in page.html} == {fate}


def test_the_trail_tells_roles_and_no_messages_t_l8(world: World, lin: Reader) -> None:
    lending = steps.agreed(world)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=world.bob, text="hello", now=world.now + 2 * MINUTE
    )
    page = seen(reverse("trail:index"), lin, world.now + DAY)
    assert "the giver" in page
    for hidden in ("message.sent", "Alice", "Bob"):
        assert hidden not in page
    private = DomainEvent.objects.get(kind="message.sent")
    assert seen(reverse("trail:inspect", args=[private.pk]), lin, world.now + DAY).status == 404


def test_the_trail_is_found_by_the_number_of_a_lending(world: World, lin: Reader) -> None:
    lending, other = steps.agreed(world), crowds.accepted(now=world.now)
    page = seen(f"{reverse('trail:index')}?q={lending.number}", lin, world.now)
    assert lending.number in page
    assert other.number not in page


def test_the_trail_shows_one_event(world: World, lin: Reader) -> None:
    steps.placed(world)
    event = DomainEvent.objects.get(kind="request.placed")
    page = seen(reverse("trail:inspect", args=[event.pk]), lin, world.now)
    assert "Requested request.placed" in page
    assert "the requester" in page


# who may come in

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


# what leaves the desk

FORMULA = '=HYPERLINK("http://evil.example","win")'


@pytest.fixture
def hostile(world: World) -> Lending:
    world.title.title = FORMULA
    world.title.save()
    lending = steps.agreed(world)
    return lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, reason="@SUM(A1)", now=world.now + DAY)


def exported(name: str, who: Reader, now: datetime, kind: str) -> list[list[object]]:
    with time_machine.travel(now, tick=False):
        answer = browser(who).get(f"{reverse(name)}?export={kind}")
        body = b"".join(answer.streaming_content)
    if kind == "csv":
        return list(csv.reader(StringIO(body.decode())))  # type: ignore[arg-type]
    return [list(row) for row in load_workbook(BytesIO(body)).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["lendings:index", "requests:index", "trail:index"])
def test_no_formula_leaves_in_an_export_t_l4(name: str, kind: str, world: World, lin: Reader, hostile: Lending) -> None:
    cells = [cell for row in exported(name, lin, world.now + DAY, kind) for cell in row if isinstance(cell, str)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith(("'=", "'@")) for cell in cells)


def test_numbers_stay_numbers_in_an_export_t_l4(world: World, lin: Reader) -> None:
    steps.placed(world)
    header, row = exported("requests:index", lin, world.now, "xlsx")
    assert row[header.index("Holders asked")] == 1


def test_times_in_an_export_are_the_librarys(world: World, lin: Reader) -> None:
    steps.placed(world)
    header, row = exported("requests:index", lin, world.now, "csv")
    assert row[header.index("Placed")] == "2026-11-24 10:00"
    header, row = exported("requests:index", lin, world.now, "xlsx")
    assert row[header.index("Placed")] == datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001  (a spreadsheet knows no zones)


def test_wagtails_own_reports_leave_no_formula_either_t_l4(world: World, lin: Reader, hostile: Lending) -> None:
    ModelLogEntry.objects.log_action(hostile, "wagtail.edit", user=lin, title=FORMULA)
    rows = exported("wagtailadmin_reports:site_history", lin, world.now + DAY, "csv")
    assert [f"'{FORMULA}"] == [row[1] for row in rows if FORMULA in str(row[1])]


# the circulation policy


def policy_form(**changes: str) -> dict[str, str]:
    return {
        "answer_window_hours": "48", "least_window_hours": "12", "wave_size": "3", "request_days": "14",
        "handover_days": "7", "collect_days": "3", "courier_days": "14", "late_code_minutes": "60", "open_requests": "5",
        "asks_per_holder_week": "10", "transfers_per_year": "2", "free_cancel_days": "90", "cool_off_after": "3",
        "cool_off_days": "7", "purchase_days": "21", "loan_days": "60",
        "extension_days": "30", "untransferable_days": "3", "quiet_from": "22:00", "quiet_until": "08:00", **changes,
    }  # fmt: skip


def policy_url() -> str:
    return reverse("wagtailsettings:edit", args=["sharing", "circulationpolicy", CirculationPolicy.load().pk])


def test_a_librarian_changes_the_policy_and_the_next_request_follows_it(world: World) -> None:
    librarian = staff("sharing.change_circulationpolicy")
    page = sent(policy_url(), browser(librarian), world.now, **policy_form(request_days="21"))
    assert page.status == 200
    assert steps.placed(world).deadline_at == world.now + 21 * DAY
    entry = ModelLogEntry.objects.get(action="wagtail.edit")
    assert entry.user == librarian


def test_the_log_says_from_what_to_what(world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(request_days="21"))
    entry = ModelLogEntry.objects.get(action="sharing.change_policy")
    assert (entry.user, entry.data) == (lin, {"changed": {"request_days": ["14", "21"]}})
    assert entry.message == "A request ends after (days): 14 → 21"


@pytest.mark.parametrize(
    "changes",
    [{"request_days": "1"}, {"loan_days": "20"}, {"quiet_from": "08:00"}],
    ids=lambda changes: next(iter(changes)),
)
def test_limits_that_contradict_each_other_are_refused(changes: dict[str, str], world: World, lin: Reader) -> None:
    CirculationPolicy.load()
    before = CirculationPolicy.objects.values().get()
    sent(policy_url(), lin, world.now, **policy_form(**changes))
    assert CirculationPolicy.objects.values().get() == before


def test_the_policy_explains_itself(world: World, lin: Reader) -> None:
    assert "Reminders go out half-way and near the end." in seen(policy_url(), lin, world.now, language="en")


@pytest.mark.parametrize("hours", ["0", "-1", "100000", "two"])
def test_the_policy_refuses_what_nobody_could_keep(hours: str, world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(answer_window_hours=hours))
    assert steps.asked(world).respond_by > world.now + DAY


def test_the_rules_page_shows_the_new_policy_at_once(world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(loan_days="45"))
    assert "45" in seen(reverse("rules"), world.bob, world.now)


def test_the_policy_is_closed_to_other_staff(world: World) -> None:
    sent(policy_url(), staff(name="Charlie"), world.now, **policy_form(wave_size="20"))
    for _ in range(4):
        factories.copy(factories.reader(), world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    assert request.asks.count() == 3


def test_an_answered_ask_is_not_reopened_by_a_shorter_window(world: World, lin: Reader) -> None:
    ask = steps.asked(world)
    sent(policy_url(), lin, world.now, **policy_form(answer_window_hours="1"))
    lending = asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now + 2 * timedelta(hours=1))
    assert lending.status == Lending.Status.AGREED
