"""Loans outside the service: noted for oneself, with reminders; a copy that is away so is asked for by nobody."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from personal_catalog.models import Copy
from sharing import availability, due, outside, requests
from sharing.errors import Denied, NotFound
from sharing.models import DomainEvent, Notification, OutsideLoan
from tests.sharing import pages, steps
from tests.sharing.conftest import World


def day(world: World, number: int) -> date:
    return world.now.date() + timedelta(days=number)


def lent(world: World, days: int = 5) -> OutsideLoan:
    return outside.lend_outside(
        holding_key=world.copy.key, actor=world.alice, person="Cousin Mei", due_date=day(world, days), now=world.now
    )


def test_a_copy_lent_to_a_cousin_is_asked_for_by_nobody_until_it_is_back(world: World) -> None:
    ask = steps.asked(world)
    loan = lent(world)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because) == ("withdrawn", "gone")
    assert not availability.free_copies(reader=None, now=world.now).exists()
    outside.close_outside(loan_id=loan.pk, actor=world.alice, now=world.now + timedelta(hours=1))
    list(due.act(now=world.now + timedelta(hours=2)))
    assert ask.request.asks.filter(status="asked").exists()


def test_reminded_on_the_day_and_then_weekly_S2(world: World) -> None:
    lent(world)
    outside.borrow_outside(actor=world.alice, title="三体", person="", due_date=day(world, 5), now=world.now)
    for days in (4, 6, 6, 13):
        list(due.act(now=world.now + timedelta(days=days)))
    told = Notification.objects.filter(event__kind="outside.due").values_list("reader", flat=True)
    assert list(told) == [world.alice.pk] * 4
    shown = pages.get("/notifications/", world.alice, now=world.now + timedelta(days=13))
    assert "which you lent outside the service" in shown
    assert "which you borrowed outside the service" in shown


def test_with_its_end_the_other_s_name_is_forgotten(world: World) -> None:
    loan = lent(world)
    for _again in range(2):
        outside.close_outside(loan_id=loan.pk, actor=world.alice, now=world.now)
    loan.refresh_from_db()
    assert (loan.person, DomainEvent.objects.filter(kind="outside.closed").count()) == ("", 1)
    assert not DomainEvent.objects.filter(data__icontains="Mei").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideLoan.objects.filter(pk=loan.pk).update(person="Mei")


def test_only_one_s_own_free_copy_is_lent_so(world: World) -> None:
    with pytest.raises(NotFound):
        outside.lend_outside(
            holding_key=world.copy.key, actor=world.charlie, person="", due_date=day(world, 1), now=world.now
        )
    lent(world)
    with pytest.raises(Denied, match="noted as lent"):
        lent(world)
    assert OutsideLoan.objects.count() == 1


def test_what_is_promised_here_is_not_lent_elsewhere(world: World) -> None:
    steps.agreed(world)
    with pytest.raises(Denied, match="promised"):
        lent(world)


@pytest.mark.parametrize("days", [-1, 3 * 366 + 1])
def test_days_are_from_today_and_within_three_years(world: World, days: int) -> None:
    with pytest.raises(Denied):
        lent(world, days)


def test_the_pages_note_and_close(world: World) -> None:
    alice, page = pages.browser(world.alice), f"/holdings/{world.copy.key}/"
    sent = {"person": "Cousin Mei", "due_date": str(day(world, 9))}
    assert "Cousin Mei" in pages.Page(alice.post(f"{page}outside/", sent, follow=True))
    alice.post("/outside/borrow/", {"title": "三体", "person": "Wang", "due_date": str(day(world, 9))})
    shown = pages.Page(alice.get("/outside/"))
    assert "borrowed from Wang" in shown
    assert "lent to Cousin Mei" in shown
    for loan in OutsideLoan.objects.all():
        assert pages.browser(world.bob).post(f"/outside/{loan.pk}/close/").status_code == 404
        alice.post(f"/outside/{loan.pk}/close/")
    assert "Nothing noted" in pages.Page(alice.get("/outside/"))
    assert Copy.objects.get().holder == world.alice
    assert requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now).asks.exists()
