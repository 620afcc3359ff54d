"""The to-do page, the library loans on it, notifications, and the pages around a copy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from library_bridge.models import LibraryLoan, Patron, Reader
from library_bridge.ports import Refused, Unavailable
from personal_catalog.models import Copy
from sharing import agenda, handovers, lendings, policies, todo
from sharing.models import Ask, Lending
from sharing.scenes import Scene
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

TODO = "/todo/"


def test_the_first_visit_says_what_to_do(world: World) -> None:
    shown = browsers.seen(browsers.of(world.charlie), TODO)
    assert "Nothing waits for you" in shown
    assert "Find a book" in shown


def test_an_ask_can_be_answered_from_the_list(world: World) -> None:
    ask = steps.asked(world)
    shown = browsers.seen(browsers.of(world.alice), TODO)
    assert "1 thing waits for you" in shown
    assert reverse("accept-ask", args=[ask.pk]) in shown
    assert "Bob" not in shown
    on_its_page = browsers.seen(browsers.of(world.alice), reverse("ask", args=[ask.pk]))
    assert "Lend it" in shown
    assert "Lend it" in on_its_page


def test_p2_the_requester_waits_without_learning_for_whom(world: World) -> None:
    world.alice.display_name = "MARKER-NAME"
    world.alice.save()
    steps.asked(world)
    shown = browsers.seen(browsers.of(world.bob), TODO)
    assert "1 holder has been asked" in shown
    assert "MARKER" not in shown


def test_each_step_stands_on_the_side_that_must_act(world: World) -> None:
    lending = steps.agreed(world)
    assert "Choose place and time" in browsers.seen(browsers.of(world.alice), TODO)
    handovers.propose_handover(
        lending_id=lending.pk,
        actor=world.alice,
        method="in_person",
        place="Gate",
        starts_at=world.now + timedelta(days=1),
        now=world.now,
    )
    assert "Bob has your proposal" in browsers.seen(browsers.of(world.alice), TODO)
    assert "Get “" in browsers.seen(browsers.of(world.bob), TODO)


def test_what_is_lent_and_what_is_borrowed_stand_apart(world: World) -> None:
    steps.on_loan(world)
    assert "Where my books are" in browsers.seen(browsers.of(world.alice), TODO)
    assert "To give back to readers" in browsers.seen(browsers.of(world.bob), TODO)


def test_a_book_that_is_late_waits_for_its_borrower_before_all_else(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    with browsers.at(lending.due_at + timedelta(days=2)):
        shown = browsers.seen(browsers.of(world.bob), TODO)
        assert todo.count(world.bob, lending.due_at + timedelta(days=2)) == 1
    assert "1 thing waits for you" in shown
    assert "2 days late" in shown
    assert "To give back to readers" not in shown


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("started", [True, False])
def test_a_lent_book_goes_back_from_its_borrower_to_its_owner(world: World, late: bool, started: bool) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    now = lending.due_at + timedelta(days=2 if late else -2)
    if started:
        lendings.start_return(lending_id=lending.pk, actor=world.bob, now=now)
    book = f"“{world.title.title}”"
    assert _said(world.bob, now) == f"Give {book} back to Alice"
    assert _said(world.alice, now) == f"Take {book} back from Bob"


def _said(reader: Reader, now: datetime) -> str:
    """What the agenda says of the only lending."""
    lending = Lending.objects.visible_to(reader).for_page().get()
    return agenda.ToDo(lending, Scene(lending, reader, policies.current(), now)).plain


def test_a_meeting_that_nobody_confirmed_is_named_with_both_ways_on(world: World) -> None:
    steps.arranged(steps.agreed(world), now=world.now + timedelta(hours=1))
    with browsers.at(world.now + timedelta(days=2)):
        for reader, button in ((world.alice, "Show the code"), (world.bob, "Enter the code")):
            shown = browsers.seen(browsers.of(reader), TODO)
            assert "The agreed time was 2 days ago" in shown
            assert button in shown
            assert "Arrange another time" in shown
            assert "by 1 December" in shown


@pytest.fixture
def unreachable() -> Iterator[None]:
    with mock.patch("library_bridge.loans.glance", side_effect=Unavailable("down")):
        yield


def test_loans_say_whether_they_can_be_passed_on_and_why_not(world: World, loan: LibraryLoan) -> None:
    recalled = factories.library_loan(loan.patron, factories.title("白夜行"), now=world.now, recalled=True)
    with browsers.at(world.now):
        shown = browsers.seen(browsers.of(world.alice), TODO)
    assert "Can be passed on when a reader asks" in shown
    assert "Can’t be passed on: The library has recalled this book" in shown
    assert recalled.title in shown


def test_i6_an_old_list_asks_again_by_itself_and_a_fresh_one_does_not(world: World, loan: LibraryLoan) -> None:
    client = browsers.of(world.alice)
    with browsers.at(world.now):
        Patron.objects.update(loans_checked_at=world.now - timedelta(minutes=20))
        assert f'hx-post="{reverse("refresh-loans")}"' in browsers.seen(client, TODO)
        assert "more than a quarter of an hour ago" in browsers.seen(client, TODO)
        Patron.objects.update(loans_checked_at=world.now - timedelta(minutes=10))
        assert f'hx-post="{reverse("refresh-loans")}"' not in browsers.seen(client, TODO)


def test_i5_the_list_stands_when_the_library_cannot_be_reached(
    world: World, loan: LibraryLoan, unreachable: None
) -> None:
    shown = browsers.text(browsers.of(world.alice).post(reverse("refresh-loans"), headers=browsers.HTMX))
    assert "cannot be reached" in shown
    assert loan.title in shown
    assert "hx-trigger" not in shown


def test_opening_the_list_asks_no_library(world: World, loan: LibraryLoan, unreachable: None) -> None:
    """T-I6: the page never waits."""
    assert loan.title in browsers.seen(browsers.of(world.alice), TODO)


def test_renewing_shows_the_new_date(world: World, loan: LibraryLoan) -> None:
    with mock.patch("library_bridge.loans.renew_loan", return_value=loan) as renewed:
        answer = browsers.of(world.alice).post(reverse("renew-loan", args=[loan.pk]), follow=True)
    assert "Renewed at the library: due on 14 December now." in browsers.text(answer)
    assert renewed.call_args.kwargs["actor"] == world.alice


def test_the_button_renews_from_the_date_that_stood_beside_it(world: World, loan: LibraryLoan) -> None:
    client = browsers.of(world.alice)
    assert f'name="due" value="{loan.due_at.astimezone(UTC).isoformat()}"' in browsers.seen(client, TODO)
    for due, seen in ((loan.due_at.isoformat(), loan.due_at), ("soon", None), ("2026-13-01T00:00Z", None)):
        with mock.patch("library_bridge.loans.renew_loan", return_value=loan) as renewed:
            client.post(reverse("renew-loan", args=[loan.pk]), {"due": due})
        assert renewed.call_args.kwargs["seen"] == seen


@pytest.mark.parametrize(
    ("problem", "says"), [(Refused("hold_by_other"), "placed a hold"), (Unavailable("down"), "cannot be reached")]
)
def test_a_refused_renewal_is_told_in_words(world: World, loan: LibraryLoan, problem: Exception, says: str) -> None:
    with mock.patch("library_bridge.loans.renew_loan", side_effect=problem):
        answer = browsers.of(world.alice).post(reverse("renew-loan", args=[loan.pk]), follow=True)
    assert says in browsers.text(answer)


def test_t_r2_nobody_renews_anothers_loan(world: World, loan: LibraryLoan) -> None:
    assert browsers.of(world.charlie).post(reverse("renew-loan", args=[loan.pk])).status_code == 404


def test_one_and_thirty_rows_ask_the_same(world: World, loan: LibraryLoan) -> None:
    def queries() -> int:
        client = browsers.of(world.alice)
        client.get(TODO)
        with CaptureQueriesContext(connection) as asked:
            client.get(TODO)
        return len(asked)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask = steps.asked(world)
    one = queries()
    for number in range(12):
        title = factories.title(f"Book {number}")
        factories.library_loan(loan.patron, title, now=world.now)
        copy = factories.copy(world.alice, title, now=world.now)
        made = ask.request.__class__.objects.create(
            requester=factories.reader(),
            title=title,
            copy=copy,
            placed_at=world.now,
            deadline_at=world.now + timedelta(days=14),
        )
        Ask.objects.create(
            request=made,
            holder=world.alice,
            copy=copy,
            wave=1,
            asked_at=world.now,
            respond_by=world.now + timedelta(days=2),
        )
    assert queries() == one <= 16


def test_notifications_are_sentences_that_lead_somewhere(world: World) -> None:
    lending = steps.agreed(world)
    shown = browsers.seen(browsers.of(world.bob), "/notifications/")
    assert "Alice agreed to let you have" in shown
    assert lending.get_absolute_url() in shown


def test_marking_read_is_a_post(world: World) -> None:
    steps.agreed(world)
    client = browsers.of(world.bob)
    assert "Mark all as read" in browsers.seen(client, "/notifications/")
    assert client.get(reverse("mark-notifications-read")).status_code == 405
    for _time in range(2):
        client.post(reverse("mark-notifications-read"))
    assert "Mark all as read" not in browsers.seen(client, "/notifications/")


def test_a_page_says_that_its_news_has_been_seen(world: World) -> None:
    """Opening it changes nothing; the page's own post does, and only for what it is about."""
    lending, client = steps.agreed(world), browsers.of(world.bob)
    number = world.bob.notifications.get().pk
    assert f'name="ids" value="{number}"' in browsers.seen(client, lending.get_absolute_url())
    assert world.bob.notifications.filter(read_at=None).exists()
    answer = client.post(reverse("mark-notifications-read"), {"ids": number}, headers=browsers.HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "stale")
    assert not world.bob.notifications.filter(read_at=None).exists()


@pytest.mark.parametrize("ids", ["x", "-1", "9" * 30, "²"])
def test_a_strange_number_marks_nothing(world: World, ids: str) -> None:
    steps.agreed(world)
    browsers.of(world.bob).post(reverse("mark-notifications-read"), {"ids": ids})
    assert world.bob.notifications.filter(read_at=None).exists()


def test_nobody_marks_anothers_notifications(world: World) -> None:
    steps.agreed(world)
    browsers.of(world.charlie).post(reverse("mark-notifications-read"), {"ids": world.bob.notifications.get().pk})
    assert world.bob.notifications.filter(read_at=None).exists()


def test_one_and_thirty_notifications_ask_the_same(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lending = steps.on_loan(world)
    steps.returned(lending, now=world.now + timedelta(days=2))
    client = browsers.of(world.bob)
    client.get("/notifications/")
    with django_assert_max_num_queries(9):
        client.get("/notifications/")


def test_a_copy_is_withdrawn_and_its_page_says_so(world: World) -> None:
    for _time in range(2):
        browsers.of(world.alice).post(reverse("copy-withdraw", args=[world.copy.pk]))
    world.copy.refresh_from_db()
    assert world.copy.status == Copy.Status.WITHDRAWN


def test_t_o3_a_promised_copy_stays_and_the_reason_is_told(world: World) -> None:
    steps.agreed(world)
    client = browsers.of(world.alice)
    client.post(reverse("copy-withdraw", args=[world.copy.pk]))
    world.copy.refresh_from_db()
    assert world.copy.status == Copy.Status.LISTED
    assert "promised or with another reader" in browsers.seen(client, reverse("shelf"))


def test_nobody_withdraws_anothers_copy(world: World) -> None:
    assert browsers.of(world.bob).post(reverse("copy-withdraw", args=[world.copy.pk])).status_code == 404


@pytest.mark.parametrize("written", ["{code}", "{first}-{last}", "{lower}"])
def test_a_found_label_names_nobody(world: World, written: str) -> None:
    code = world.copy.code
    url = "/c/" + written.format(code=code, first=code[:4], last=code[4:], lower=code.lower()) + "/"
    from django.test import Client

    shown = browsers.text(Client(headers={"accept-language": "en"}).get(url))
    assert "拖延心理学" in shown
    assert "Sign in to ask for it" in shown
    assert "Alice" not in shown


def test_an_unknown_label_is_nothing(world: World) -> None:
    assert browsers.of(world.bob).get("/c/ZZZZZZZZ/").status_code == 404
