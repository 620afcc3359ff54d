"""Windows never end in the quiet hours, and a holiday is no time to answer in."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sharing import deadlines, handovers, lendings, policies
from sharing.errors import Denied
from sharing.models import CirculationPolicy, Holiday, Lending
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def a_holiday(first: str, last: str) -> Holiday:
    made = Holiday(
        name_zh="春节",
        name_en="Spring Festival",
        first_date=date.fromisoformat(first),
        last_date=date.fromisoformat(last),
    )
    made.full_clean()
    made.save()
    return made


def local(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("hours", "ends"),
    [(48, "2026-11-26T10:00"), (13, "2026-11-25T08:00"), (20, "2026-11-25T08:00"), (22, "2026-11-25T08:00")],
)
def test_a_window_that_would_end_at_night_ends_in_the_morning(now: datetime, hours: int, ends: str) -> None:
    assert deadlines.after(now, timedelta(hours=hours), CirculationPolicy()) == local(ends)


@pytest.mark.parametrize(
    ("first", "last", "ends"),
    [
        ("2026-11-25", "2026-11-25", "2026-11-27T10:00"),  # one day inside the window
        ("2026-11-26", "2026-12-02", "2026-12-03T10:00"),  # the window would end in it
        ("2026-11-20", "2026-11-24", "2026-11-27T00:00"),  # asked in it: the window begins with its end
        ("2026-11-27", "2026-11-30", "2026-11-26T10:00"),  # after it
        ("2026-11-01", "2026-11-23", "2026-11-26T10:00"),  # before it
    ],
)
def test_a_holiday_is_not_counted(db: None, now: datetime, first: str, last: str, ends: str) -> None:
    a_holiday(first, last)
    wanted = deadlines.after_quiet_hours(local(ends), CirculationPolicy())
    assert deadlines.respond_by(now, policies.current()) == wanted


@pytest.mark.postgres
@pytest.mark.parametrize("style", ["SQL, DMY", "German", "Postgres, MDY"])
def test_the_holidays_are_read_however_the_server_writes_dates(db: None, style: str) -> None:
    CirculationPolicy.load().save()
    a_holiday("2026-11-25", "2026-11-26")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('DateStyle', %s, true)", [style])
    assert policies.current().holidays == [(date(2026, 11, 25), date(2026, 11, 26))]


def test_holidays_that_touch_or_overlap_are_counted_once(db: None, now: datetime) -> None:
    a_holiday("2026-11-25", "2026-11-26")
    a_holiday("2026-11-26", "2026-11-27")
    a_holiday("2026-11-28", "2026-11-28")
    assert deadlines.respond_by(now, policies.current()) == local("2026-11-30T10:00")


def test_a_holder_asked_before_a_holiday_has_until_after_it_and_is_not_reminded_in_it(world: World) -> None:
    a_holiday("2026-11-25", "2026-11-30")
    ask = steps.asked(world)
    assert ask.respond_by == local("2026-12-02T10:00")
    assert ask.remind_at is not None
    assert not date(2026, 11, 25) <= timezone.localdate(ask.remind_at) <= date(2026, 11, 30)


def test_the_last_day_of_a_meeting_does_not_count_the_holiday_either(world: World) -> None:
    lending = steps.agreed(world)
    a_holiday("2026-11-25", "2026-12-22")
    last = lendings.last_meeting(lending, now=world.now)
    assert last == lending.agreed_at + timedelta(days=14 + 28)
    propose(lending, last, now=world.now)
    with pytest.raises(Denied, match="Choose a time by"):
        propose(lending, last + timedelta(minutes=1), now=world.now)


def propose(lending: Lending, starts_at: datetime, *, now: datetime) -> None:
    handovers.propose_handover(
        lending_id=lending.pk, actor=lending.taker, method="in_person", place="Desk", starts_at=starts_at, now=now
    )


def test_a_title_promises_the_day_on_which_the_request_would_end(world: World) -> None:
    a_holiday("2026-11-25", "2026-12-22")
    with browsers.at(world.now):
        assert "result by 5 January" in browsers.seen(browsers.of(world.bob), world.title.get_absolute_url())


def test_a_meeting_has_its_week_besides_the_holiday(world: World) -> None:
    a_holiday("2026-11-26", "2026-11-27")
    lending = steps.agreed(world)
    assert lending.deadline_at == lending.agreed_at + timedelta(days=9)


def test_days_out_of_order_are_refused_by_form_and_database(db: None) -> None:
    with pytest.raises(ValidationError):
        a_holiday("2026-11-25", "2026-11-24")
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(name_zh="x", first_date=date(2026, 1, 2), last_date=date(2026, 1, 1))


def test_librarians_enter_them_and_readers_do_not(world: World) -> None:
    for who, status in ((world.lin, 200), (world.alice, 302)):
        client = Client()
        client.force_login(who)
        assert client.get("/admin/holidays/new/").status_code == status


def test_the_policy_comes_with_its_holidays_in_one_query(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert policies.current().holidays == []
    later, sooner = a_holiday("2026-12-25", "2026-12-26"), a_holiday("2026-11-25", "2026-11-27")
    a_holiday("2020-01-24", "2020-02-02")
    with django_assert_num_queries(1):
        found = policies.current().holidays
    assert found == [(one.first_date, one.last_date) for one in (sooner, later)]
    assert found == CirculationPolicy.objects.get().holidays
