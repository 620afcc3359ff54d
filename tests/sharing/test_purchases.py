"""Purchase suggestions: one answer each, and the reader is told."""

import pytest
from django.test import Client

from sharing import notices, purchases
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import DomainEvent, PurchaseSuggestion
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get


@pytest.fixture
def suggested(world: World) -> PurchaseSuggestion:
    return purchases.suggest_purchase(
        actor=world.bob, title="预测控制", creators="席裕庚", number="978-7-300-11390-6", now=world.now
    )


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
