"""M5: a librarian writes about a reward while readers take it: what they took stays taken."""

import re

import pytest
from django.urls import reverse

from incentives import rewards
from incentives.models import Reward
from incentives.staff import rewarding
from tests.incentives.factories import a_reader, a_reward, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def reward(now):
    return a_reward(now=now, stock=5)


@pytest.fixture
def page(admin_client, reward):
    """As it stood before Alice took one: saves what is changed on it."""
    address = reverse("rewards:edit", args=[reward.pk])
    shown = re.search(r'name="shown_stock" value="(\d+)"', admin_client.get(address).content.decode())
    said = {
        "name_zh": "水杯", "name_en": "A mug", "price": 36, "valid_days": 60, "sort": 100, "effect": "",
        "starts_at": "2026-01-01 00:00", "stock": 5, "shown_stock": shown[1],
    }  # fmt: skip
    return lambda **changes: admin_client.post(address, {**said, **changes}, headers={"accept-language": "en"})


def taken(reward, now):
    given(alice := a_reader("Alice"), 100, now=now)
    return rewards.redeem_reward(reward_id=reward.pk, actor=alice, key="k", now=now)


def test_a_name_that_is_changed_leaves_the_stock_to_the_readers(reward, page, now):
    taken(reward, now)
    assert page().status_code == 302
    reward.refresh_from_db()
    assert (reward.name_en, reward.stock) == ("A mug", 4)


def test_a_new_stock_is_looked_at_again_when_the_old_one_moved(reward, page, now):
    taken(reward, now)
    answer = page(stock=10)
    assert "Since you opened this page the stock has become 4." in answer.content.decode()
    assert (answer.context["form"]["stock"].value(), Reward.objects.get().stock) == ("10", 4)
    assert page(stock=10, shown_stock=answer.context["form"]["shown_stock"].value()).status_code == 302
    assert Reward.objects.get().stock == 10


@pytest.mark.parametrize(("stock", "kept"), [(8, 8), ("", None)])
def test_without_readers_in_between_the_number_typed_is_the_stock(stock, kept, reward, page):
    assert page(stock=stock).status_code == 302
    assert Reward.objects.get().stock == kept


def test_one_made_unlimited_meanwhile_is_looked_at_again(reward, page):
    Reward.objects.update(stock=None)
    answer = page(stock=8)
    assert "Since you opened this page the stock has become unlimited." in answer.content.decode()
    assert page(stock=8, shown_stock=answer.context["form"]["shown_stock"].value()).status_code == 302


def test_what_it_does_stays_as_promised_to_who_took_it_between_look_and_save(reward, page, now, monkeypatch):
    save = rewarding.EditReward.form_valid

    def taken_meanwhile(view, form):
        taken(reward, now)
        return save(view, form)

    monkeypatch.setattr(rewarding.EditReward, "form_valid", taken_meanwhile)
    answer = page(effect="longer_loan", days=14)
    assert "There are vouchers for this already." in answer.content.decode()
    assert Reward.objects.get().effect == ""


def test_a_new_one_has_the_stock_that_is_typed(admin_client, page):
    page(stock=3)
    said = {"name_zh": "伞", "name_en": "Umbrella", "price": 9, "valid_days": 60, "sort": 100, "effect": "", "stock": 7}
    assert admin_client.post(reverse("rewards:add"), {**said, "starts_at": "2026-01-01 00:00"}).status_code == 302
    assert sorted(Reward.objects.values_list("stock", flat=True)) == [3, 7]
