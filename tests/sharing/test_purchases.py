"""Purchase suggestions: one answer each, and the reader is told."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from library_bridge.models import Reader
from sharing import due, notices, purchases
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import DomainEvent, PurchaseSuggestion
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser, get


@pytest.fixture
def suggested(world: World) -> PurchaseSuggestion:
    return purchases.suggest_purchase(
        actor=world.bob, title="预测控制", creators="席裕庚", number="978-7-300-11390-6", now=world.now
    )


def another_librarian() -> Reader:
    return factories.reader("Mei", is_staff=True, is_superuser=True)


def test_a_suggestion_is_kept_once_with_its_event(world: World, suggested: PurchaseSuggestion) -> None:
    again = purchases.suggest_purchase(actor=world.bob, title=" 预测控制", creators="席裕庚", now=world.now)
    assert (again, suggested.isbn13, suggested.status) == (suggested, "9787300113906", "open")
    assert DomainEvent.objects.filter(kind="purchase.suggested").count() == 1


@pytest.mark.parametrize(("decide", "says"), [("order", "orders"), ("decline", "does not buy")])
def test_the_reader_is_told_what_the_library_does(
    world: World, suggested: PurchaseSuggestion, decide: str, says: str
) -> None:
    act = getattr(purchases, f"{decide}_purchase")
    act(suggestion_id=suggested.pk, actor=world.lin, answer="新版已订", now=world.now)
    [told] = notices.for_list(world.bob)
    text = notices.sentence(told, world.bob).text
    assert [part for part in (says, "预测控制", "新版已订") if part not in text] == []
    with pytest.raises(IllegalTransition):
        act(suggestion_id=suggested.pk, actor=world.lin, answer="x", now=world.now)


def test_charlie_cannot_decide_and_a_no_needs_a_reason(world: World, suggested: PurchaseSuggestion) -> None:
    with pytest.raises(NotFound):
        purchases.order_purchase(suggestion_id=suggested.pk, actor=world.charlie, now=world.now)
    with pytest.raises(Denied):
        purchases.decline_purchase(suggestion_id=suggested.pk, actor=world.lin, answer=" ", now=world.now)


def test_there_is_a_limit_and_a_wrong_number_is_named(world: World, suggested: PurchaseSuggestion, monkeypatch) -> None:
    with pytest.raises(Denied):
        purchases.suggest_purchase(actor=world.bob, title="另一本", number="123", now=world.now)
    monkeypatch.setattr(purchases, "MOST_OPEN", 1)
    with pytest.raises(LimitReached):
        purchases.suggest_purchase(actor=world.bob, title="另一本", now=world.now)


def test_the_page_sends_a_suggestion_and_shows_the_answer(world: World) -> None:
    client = browser(world.bob)
    client.post("/wishes/purchases/", {"title": "预测控制", "number": "12"})
    assert "This is no ISBN" in client.get("/wishes/").content.decode()
    client.post("/wishes/purchases/", {"title": "预测控制"})
    purchases.order_purchase(
        suggestion_id=PurchaseSuggestion.objects.get().pk, actor=world.lin, answer="下月到", now=world.now
    )
    assert "下月到" in get("/wishes/", world.bob, now=world.now)
    assert "下月到" not in get("/wishes/", world.charlie, now=world.now)


def test_a_librarian_answers_in_the_admin(world: World, suggested: PurchaseSuggestion) -> None:
    client, page = Client(), f"/admin/purchases/{suggested.pk}/"
    client.force_login(world.charlie)
    assert client.get(page).status_code == 302
    client.force_login(world.lin)
    assert "预测控制" in client.get("/admin/purchases/").content.decode()
    assert client.post(page, {"decision": "declined"}).status_code == 200
    assert client.post(page, {"decision": "declined", "answer": "已有"}).status_code == 302
    suggested.refresh_from_db()
    assert (suggested.status, suggested.answer) == ("declined", "已有")


def test_the_day_stands_in_chinese_with_its_blank(world: World, suggested: PurchaseSuggestion) -> None:
    page = Page(browser(world.lin, language="zh-CN").get(f"/admin/purchases/{suggested.pk}/"))
    assert re.search(r"应在 \d+ 月 \d+ 日前答复读者。", page.text)


def run(world: World, *, days: float) -> list[dict[str, object]]:
    return list(due._purchases(world.now + timedelta(days=days)))


def kinds() -> list[str]:
    return list(DomainEvent.objects.filter(kind__startswith="purchase").order_by("pk").values_list("kind", flat=True))


def test_s2_a_suggestion_has_a_day_and_ends_however_long_nobody_looks(
    world: World, suggested: PurchaseSuggestion
) -> None:
    """Reminded within its time, told of a second day, and told at the end that nobody has decided."""
    assert timedelta(days=21) <= suggested.answer_by - world.now < timedelta(days=23)
    for day in range(60):
        run(world, days=day)
    suggested.refresh_from_db()
    assert (suggested.status, suggested.remind_at, suggested.answer) == ("lapsed", None, "")
    told = [notices.sentence(one, world.bob).text for one in notices.for_list(world.bob).order_by("pk")]
    assert ["has been reminded, and answers by" in told[0], "suggest it again" in told[1], len(told)] == [True, True, 2]
    assert kinds().count("purchase.late") == kinds().count("purchase.lapsed") == 1
    with pytest.raises(IllegalTransition):
        purchases.order_purchase(suggestion_id=suggested.pk, actor=world.lin, now=world.now)


def test_librarians_are_reminded_once_for_all_that_wait(world: World, suggested: PurchaseSuggestion) -> None:
    purchases.suggest_purchase(actor=world.charlie, title="另一本", now=world.now)
    assert run(world, days=9) == []
    assert run(world, days=12) == [{"did": "purchase.reminded", "count": 2}]
    assert run(world, days=12) == []
    [told] = notices.for_list(world.lin)
    notice = notices.sentence(told, world.lin)
    assert "2 purchase suggestions wait" in notice.text
    assert notice.url == "/admin/purchases/?status=open"
    assert not notices.for_list(world.bob)
    assert "purchase suggestions wait" in Page(browser(world.lin).get("/admin/"))


def test_what_is_decided_reminds_nobody(world: World, suggested: PurchaseSuggestion) -> None:
    purchases.order_purchase(suggestion_id=suggested.pk, actor=world.lin, now=world.now)
    assert run(world, days=50) == []
    assert not purchases.pass_deadline(suggestion_id=suggested.pk, now=world.now + timedelta(days=50))


def test_one_answer_goes_to_all_who_want_the_book(world: World, suggested: PurchaseSuggestion) -> None:
    same = purchases.suggest_purchase(
        actor=world.charlie, title="预测控制（第2版）", number="9787300113906", now=world.now
    )
    other = purchases.suggest_purchase(actor=world.charlie, title="另一本", now=world.now)
    client, page = browser(world.lin), f"/admin/purchases/{suggested.pk}/"
    assert "The same answer for 1 other" in client.get(page).content.decode()
    client.post(page, {"decision": "ordered", "answer": "", "all": "on"})
    states = PurchaseSuggestion.objects.filter(pk__in=(same.pk, other.pk)).order_by("pk")
    assert list(states.values_list("status", flat=True)) == ["ordered", "open"]
    assert [row.event.data["purchase"] for row in notices.for_list(world.charlie)] == [same.pk]


def test_nobody_answers_their_own_suggestion(world: World) -> None:
    """Neither by itself nor with the same answer for all; the desk and its reminders bring it to another's mind only."""
    own = purchases.suggest_purchase(actor=world.lin, title="预测控制", now=world.now)
    client, page = browser(world.lin), f"/admin/purchases/{own.pk}/"
    assert "Another librarian answers it." in Page(client.get(page))
    assert "Another librarian answers it." in Page(client.post(page, {"decision": "ordered"}))
    assert 'name="decision"' not in client.get(page).content.decode()
    theirs = purchases.suggest_purchase(actor=world.bob, title="预测控制", now=world.now)
    client.post(f"/admin/purchases/{theirs.pk}/", {"decision": "ordered", "answer": "", "all": "on"})
    own.refresh_from_db()
    assert own.status == "open"
    assert "purchase suggestion waits" not in Page(client.get("/admin/"))
    purchases.order_purchase(suggestion_id=own.pk, actor=another_librarian(), now=world.now)


def test_a_librarian_is_reminded_of_what_others_suggested(world: World, suggested: PurchaseSuggestion) -> None:
    other = another_librarian()
    purchases.suggest_purchase(actor=world.lin, title="另一本", now=world.now)
    run(world, days=12)
    texts = [notices.sentence(told, who).text for who in (world.lin, other) for told in notices.for_list(who)]
    assert ["1 purchase suggestion waits" in texts[0], "2 purchase suggestions wait" in texts[1]] == [True, True]


def test_the_queue_begins_with_the_nearest_day(world: World, suggested: PurchaseSuggestion) -> None:
    purchases.suggest_purchase(actor=world.charlie, title="晚一天", now=world.now + timedelta(days=1))
    done = purchases.suggest_purchase(actor=world.charlie, title="已答", now=world.now)
    purchases.order_purchase(suggestion_id=done.pk, actor=world.lin, now=world.now)
    page = browser(world.lin).get("/admin/purchases/").content.decode()
    assert page.index("预测控制") < page.index("晚一天") < page.index("已答")
