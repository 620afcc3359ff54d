"""Half a year of requests and lendings, told by the transitions themselves."""

from collections import Counter

import pytest
from django.db.models import Count, F
from django.utils import timezone

from incentives import leaderboards, winners
from incentives.models import HonoursPage
from library_bridge import registers
from library_bridge.models import Area, EmbeddedLoan, LibraryLoan, Transfer
from personal_catalog.models import Copy, CustodyRecord, Title
from sharing import shelves, todo
from sharing.models import (
    Ask,
    DomainEvent,
    Handover,
    Lending,
    Message,
    Request,
)
from tests.sharing.demo.looking import NOW, S, reader, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_the_same_day_tells_the_same_story_at_any_hour() -> None:
    """What is told ends with the midnight before, so the hour can't matter; and nobody acts at night."""
    acted = DomainEvent.objects.exclude(actor=None).values_list("at", flat=True)
    assert max(acted) < NOW.replace(hour=0)
    assert {timezone.localtime(at).hour for at in acted} <= set(range(8, 22))


def test_nothing_is_due_that_would_end_the_scenes_of_today() -> None:
    def scenes() -> list[list[int]]:
        rows = (
            [todo.asks_to_answer(reader(1)), todo.requests_waiting(reader(2)), todo.lendings_to_act_on(reader(2), NOW)],
            [Lending.objects.filter(giver=reader(1), status=S.AGREED), todo.requests_waiting(reader(1))],
        )
        return [[row.pk for row in found] for group in rows for found in group]

    before = scenes()
    list(registers.act_on_due(now=NOW.replace(hour=23, minute=30)))
    assert scenes() == before


def test_requests_have_come_to_every_end() -> None:
    ends = statuses(Request)
    assert set(ends) == set(Request.Status.values)
    assert ends.total() >= 200
    assert 0.55 < ends["fulfilled"] / ends.total() < 0.75
    assert 0.1 < ends["unfilled"] / ends.total() < 0.25


def test_asks_and_lendings_are_there_in_every_state_that_lasts() -> None:
    assert set(statuses(Ask)) == set(Ask.Status.values)
    passing = {S.HANDED_OVER, S.TRANSFERRING}
    assert set(statuses(Lending)) == set(S.values) - passing
    assert set(statuses(Handover)) == set(Handover.Status.values)


def test_nothing_happens_after_now_or_before_its_cause() -> None:
    assert not DomainEvent.objects.filter(at__gt=NOW).exists()
    assert not DomainEvent.objects.filter(delivered_at=None).exists()
    assert not Ask.objects.filter(copy__created_at__gt=F("asked_at")).exists()
    assert not Ask.objects.filter(library_loan__checked_out_at__gt=F("asked_at")).exists()


def test_transfers_have_really_moved_in_the_library() -> None:
    done = Transfer.objects.filter(status=Transfer.Status.DONE)
    assert done.count() >= 40
    moved = EmbeddedLoan.objects.filter(item__barcode__in=done.values("barcode"), returned_at__isnull=False)
    assert moved.count() >= done.count()


def test_drifting_copies_have_gone_through_three_hands_and_more() -> None:
    drifting = CustodyRecord.objects.filter(copy__mode=Copy.Mode.DRIFT).values("copy")
    assert drifting.annotate(hands=Count("pk")).filter(hands__gte=4).exists()


def test_the_titles_of_the_study_lead_the_list() -> None:
    most = list(Title.objects.order_by("-passed_on").values_list("title", flat=True)[:3])
    assert "精通MATLAB(第3版)" in most
    assert Title.objects.filter(title="ABAQUS 6.12有限元分析从入门到精通", passed_on__gte=4).exists()


QUIET = {("answerers", "week"), ("books", "week"), ("books", "month")}  # a drifting book stays a while with each


@pytest.mark.parametrize("period", leaderboards.Periods)
@pytest.mark.parametrize("board", leaderboards.Boards)
def test_every_list_is_alive(board: str, period: str) -> None:
    assert len(leaderboards.board(board, period, reader(1)).rows) >= (0 if (board, period) in QUIET else 5)


def test_the_last_month_has_its_honours() -> None:
    page = HonoursPage.objects.live().get(locale__language_code="en")
    lenders, *_others = winners.honoured(page.ended)
    assert any(row.name for row in lenders.rows)
    assert any(not row.name for row in lenders.rows)


def test_some_titles_are_sought_by_many() -> None:
    assert len(shelves.sought(now=NOW)) >= 3


def test_librarians_settle_in_chinese() -> None:
    why = DomainEvent.objects.filter(kind="lending.settled").values_list("why", flat=True)
    assert why
    assert not [reason for reason in why if reason.isascii()]


def test_people_meet_where_the_form_says() -> None:
    listed = {"图书馆总服务台", "Library, front desk", *Area.objects.values_list("name_zh", flat=True)}
    listed |= set(Area.objects.values_list("name_en", flat=True))
    assert set(Handover.objects.filter(method="in_person").values_list("place", flat=True)) - {""} <= listed


def test_requests_come_week_after_week() -> None:
    weeks = Counter((NOW - at).days // 7 for at in Request.objects.values_list("placed_at", flat=True))
    assert min(weeks[week] for week in range(1, 8)) >= 5


def test_one_card_is_full() -> None:
    assert LibraryLoan.objects.open().filter(patron__card_number="2023000040").count() == 20


def test_readers_write_in_both_languages_before_and_after_consent() -> None:
    written = Message.objects.all()
    assert written.count() >= 150
    assert written.filter(text__regex=r"^[ -~’]+$").exists()
    assert written.filter(sent_at__lt=F("conversation__ask__answered_at")).exists()
