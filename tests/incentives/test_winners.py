"""Winners of periods that have ended, the honours page, and the steps of the night."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from wagtail.models import Locale

from incentives import due, honours, leaderboards, nights, periods, rankings, scopes, winners
from incentives.models import (
    AcademicTerm,
    EndedPeriod,
    HonoursPage,
    IncentiveSettings,
    LeaderboardEntry,
    NightStep,
    ReaderChoice,
    Winner,
)
from library_bridge import forgetting, keeping
from library_bridge.models import Reader
from personal_catalog.models import Membership, ReaderGroup, Title
from sharing import copy_journeys
from sharing.models import HomePage
from tests import factories
from tests.conftest import CAMPUS
from tests.incentives.factories import a_reader, awarded, something_happened

pytestmark = pytest.mark.django_db
IN_OCTOBER = datetime(2026, 10, 20, 12, 0, tzinfo=CAMPUS)
LATER = datetime(2026, 11, 8, 3, 0, tzinfo=CAMPUS)


@pytest.fixture
def readers(db: None) -> list[Reader]:
    """Six who passed on 4, 3, 3, 2, 1 and 1 books in October; the second and the fourth may be named by the library."""
    made = []
    for name, times in zip("ABCDEF", (4, 3, 3, 2, 1, 1), strict=True):
        reader = a_reader(name, pseudonym=f"{name}'s mask", leaderboard_opt_in=True)
        ReaderChoice.objects.create(reader=reader, on_honours=name in "BD")
        for number in range(times):
            event = something_happened(now=IN_OCTOBER)
            awarded(reader, event.pk, at=IN_OCTOBER - timedelta(hours=number))
        made.append(reader)
    return made


@pytest.fixture
def october(readers: list[Reader]) -> EndedPeriod:
    list(winners.write_down(now=LATER))
    return EndedPeriod.objects.get(period="month")


def names(ended: EndedPeriod) -> list[tuple[int, str]]:
    (podium,) = winners.of(ended, scopes.whole())
    return [(row.place, row.name) for row in podium.rows]


def test_the_first_three_places_are_written_down_with_their_ties(october: EndedPeriod) -> None:
    assert (october.first_date, october.last_date) == (date(2026, 10, 1), date(2026, 10, 31))
    assert names(october) == [(1, "A's mask"), (2, "B's mask"), (2, "C's mask")]


def test_n6_a_period_is_written_down_once(october: EndedPeriod) -> None:
    assert list(winners.write_down(now=LATER + timedelta(hours=1))) == []
    assert Winner.objects.filter(ended=october).count() == 3


def test_nights_without_work_are_caught_up_with(october: EndedPeriod) -> None:
    assert EndedPeriod.objects.filter(period="week").count() == 1  # of a new service only the last
    told = [ended.first_date for ended in winners.write_down(now=LATER + timedelta(days=21)) if ended.period == "week"]
    assert told == [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]


def test_the_pseudonym_is_that_of_the_time(october: EndedPeriod, readers: list[Reader]) -> None:
    leaderboards.take_part(actor=readers[0], pseudonym="Heron")
    assert names(october)[0] == (1, "A's mask")


def test_p7_who_leaves_the_lists_is_named_no_more(october: EndedPeriod, readers: list[Reader]) -> None:
    leaderboards.leave(actor=readers[1])
    assert names(october) == [(1, "A's mask"), (2, ""), (2, "C's mask")]


def test_p7_a_narrow_list_names_those_who_agree_to_it_still(october: EndedPeriod, readers: list[Reader]) -> None:
    area = factories.area()
    Winner.objects.create(
        ended=october, board="lenders", scope=f"area-{area.pk}", place=1, count=9, reader=readers[0], pseudonym="Owl"
    )
    scope = scopes.Scope("area", f"area-{area.pk}", area.name)
    assert not winners.of(october, scope)[0].rows[0].is_told
    ReaderChoice.objects.filter(reader=readers[0]).update(on_narrow_lists=True)
    assert not winners.of(october, scope)[0].rows[0].is_told  # lives elsewhere now
    Reader.objects.filter(pk=readers[0].pk).update(area=area)
    assert winners.of(october, scope)[0].rows[0].name == "Owl"


def test_p7_who_joins_a_group_later_reads_no_name_of_who_has_left(
    october: EndedPeriod, readers: list[Reader], now: datetime
) -> None:
    group = ReaderGroup.objects.create(name="Night boat", kind="club", made_at=now)
    scope = scopes.Scope("group", f"group-{group.pk}", group.name)
    ReaderChoice.objects.update(on_narrow_lists=True)
    for place, reader in enumerate(readers[:2], start=1):
        Membership.objects.create(group=group, reader=reader, name=f"x{place}", joined_at=now)
        Winner.objects.create(
            ended=october,
            board="lenders",
            scope=scope.key,
            place=place,
            count=9,
            reader=reader,
            pseudonym=f"Owl {place}",
        )
    assert [row.name for row in winners.of(october, scope)[0].rows] == ["Owl 1", "Owl 2"]
    Membership.objects.filter(reader=readers[0]).delete()
    assert [row.name for row in winners.of(october, scope)[0].rows] == ["", "Owl 2"]


def test_p7_a_book_is_told_while_its_owner_agrees_to_the_narrow_list_and_its_title_lives(
    october: EndedPeriod, readers: list[Reader], now: datetime
) -> None:
    owner, area = readers[0], factories.area()
    copy = factories.copy(owner, now=now)
    copy_journeys.open_journey(copy_id=copy.pk, actor=owner, now=now)
    Reader.objects.filter(pk=owner.pk).update(area=area)
    for key in (scopes.WHOLE, f"area-{area.pk}"):
        Winner.objects.create(ended=october, board="books", scope=key, place=1, count=9, copy=copy)

    def told(scope: scopes.Scope) -> bool:
        return winners.of(october, scope)[-1].rows[0].is_told

    narrow = scopes.Scope("area", f"area-{area.pk}", "")
    assert (told(scopes.whole()), told(narrow)) == (True, False)
    ReaderChoice.objects.filter(reader=owner).update(on_narrow_lists=True)
    assert told(narrow)
    Title.objects.update(status="rejected")
    assert (told(scopes.whole()), told(narrow)) == (False, False)


def test_a_term_that_is_entered_late_counts_from_the_day_after_what_is_closed(db: None) -> None:
    def closed(first: date, last: date) -> None:
        EndedPeriod.objects.create(period="term", first_date=first, last_date=last, closed_at=LATER)

    span, known = periods.Span("term", date(2026, 8, 20), date(2026, 10, 20)), EndedPeriod.objects.all()
    assert winners._left_of(span, known) == span
    closed(date(2026, 3, 1), date(2026, 8, 31))
    AcademicTerm.objects.create(first_date=span.first, last_date=span.last, name_zh="秋", name_en="Autumn")
    told = [ended for ended in winners.write_down(now=LATER) if ended.period == "term"]
    assert [(one.first_date, one.last_date) for one in told] == [(date(2026, 9, 1), span.last)]
    assert winners._left_of(span, known) is None
    assert [ended for ended in winners.write_down(now=LATER) if ended.period == "term"] == []


def test_p8_of_an_erased_account_place_and_count_stay(october: EndedPeriod, readers: list[Reader]) -> None:
    for kept in keeping.rows():
        if kept.model == "incentives.Winner":
            forgetting.leave(keeping.of(kept, readers[0]), kept.erased)
    first = Winner.objects.get(ended=october, place=1)
    assert (first.reader, first.pseudonym, first.count) == (None, "", 4)


def test_winners_of_a_closed_group_go(october: EndedPeriod, readers: list[Reader], now: datetime) -> None:
    group = ReaderGroup.objects.create(name="Night boat", kind="club", made_at=now)
    Winner.objects.create(
        ended=october, board="lenders", scope=f"group-{group.pk}", place=1, count=9, reader=readers[0]
    )
    list(winners.write_down(now=LATER))
    assert Winner.objects.filter(scope__startswith="group").exists()
    ReaderGroup.objects.update(closed_at=now)
    list(winners.write_down(now=LATER))
    assert not Winner.objects.filter(scope__startswith="group").exists()


def test_a_place_that_many_share_is_left_out() -> None:
    def ranked(*places: int) -> list[rankings.Ranked]:
        somebody = rankings.Entrant(1, 1, "Owl", ())
        return [rankings.Ranked(somebody, place, n, 1, 0, 0) for n, place in enumerate(places)]

    assert len(winners._first(ranked(1, 2, *[3] * 10))) == 12
    assert len(winners._first(ranked(1, 2, *[3] * 11))) == 2
    assert winners._first(ranked(*[1] * 13)) == []


def test_fewer_than_five_have_no_winners(readers: list[Reader]) -> None:
    for reader in readers[:2]:
        leaderboards.leave(actor=reader)
    list(winners.write_down(now=LATER))
    assert not Winner.objects.exists()


# the honours page


@pytest.fixture
def page(october: EndedPeriod) -> HonoursPage:
    home = HomePage.objects.get(locale=Locale.objects.get(language_code="en"))
    made: HonoursPage = home.add_child(instance=HonoursPage(title="October", slug="october", ended=october, live=False))
    made.save_revision().publish()
    return made


def text(page: HonoursPage, status: int = 200) -> str:
    answer = Client().get(page.get_url(), headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return answer.content.decode()


def test_p7_anybody_reads_those_who_allowed_it(page: HonoursPage) -> None:
    shown = text(page)
    assert "B&#x27;s mask" in shown
    assert not [name for name in "AC" if f"{name}&#x27;s mask" in shown]
    assert shown.count("a reader who is not named") == 2
    assert "October 2026" in shown


@pytest.mark.parametrize("how", ["the tick", "the lists"])
def test_p7_a_reader_takes_it_back_at_once(how: str, page: HonoursPage, readers: list[Reader]) -> None:
    if how == "the tick":
        leaderboards.take_part(actor=readers[1], pseudonym="B's mask", honours=False)
    else:
        leaderboards.leave(actor=readers[1])
    assert "mask" not in text(page)


def test_while_a_library_has_no_points_the_page_is_gone(page: HonoursPage) -> None:
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    text(page, status=404)


def test_readers_find_the_winners_and_the_published_pages(
    client: Client, page: HonoursPage, readers: list[Reader]
) -> None:
    client.force_login(readers[5])
    former = client.get(
        f"/leaderboards/former/?ended={page.ended_id}", headers={"Accept-Language": "en"}
    ).content.decode()
    assert "A&#x27;s mask" in former
    assert page.get_url() in former
    page.unpublish()
    assert honours.pages(client.get("/leaderboards/former/").wsgi_request) == []
    assert client.get("/leaderboards/former/?ended=999").status_code == 404
    for odd in ("9" * 5_000, "1" * 20, "٣", "²", "x"):
        assert client.get(f"/leaderboards/former/?ended={odd}").context["ended"] == winners.offered()[0]


# the night


def done(now: datetime) -> list[object]:
    return [deed["did"] for deed in due.act(now=now)]


def test_n6_a_night_s_work_is_done_once_a_local_day(now: datetime) -> None:
    assert "leaderboards.computed" in done(now)
    assert "leaderboards.computed" not in done(now + timedelta(hours=3))
    assert "leaderboards.computed" in done(now + timedelta(days=1))


@pytest.mark.parametrize("step", nights.STEPS)
def test_n6_a_step_that_was_interrupted_is_taken_up_again(
    step: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(now: datetime) -> nights.Told:
        yield from ()
        raise KeyboardInterrupt

    work = dict(nights.STEPS)
    monkeypatch.setitem(nights.STEPS, step, killed)
    with pytest.raises(KeyboardInterrupt):
        done(now)
    monkeypatch.setitem(nights.STEPS, step, work[step])
    done(now + timedelta(minutes=1))  # another's claim is left alone
    assert NightStep.objects.get(finished_at=None).step == step
    done(now + nights.LEASE)
    assert not NightStep.objects.filter(finished_at=None).exists()
    assert NightStep.objects.count() == len(nights.STEPS)


def test_n6_lists_that_fail_leave_those_of_last_night(readers: list[Reader], monkeypatch: pytest.MonkeyPatch) -> None:
    leaderboards.compute(now=LATER)
    before = LeaderboardEntry.objects.count()
    monkeypatch.setattr(leaderboards, "BATCH", -1)
    with pytest.raises(ValueError, match="Batch"):
        leaderboards.compute(now=LATER)
    assert LeaderboardEntry.objects.count() == before > 0
