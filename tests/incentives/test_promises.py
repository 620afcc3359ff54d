"""A library sees what it has promised: points with readers, and vouchers that may still be shown."""

from datetime import timedelta

import pytest
from django.urls import reverse

from incentives import entries, ledger, promises, rewards, vouchers
from incentives.promises import Promised
from tests.incentives.factories import a_reader, a_reward, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def reward(now):
    """Three had it: one has used it, one lets it expire, one returned it."""
    reward, lin = a_reward(now=now, price=30), a_reader("Lin", is_staff=True, is_superuser=True)
    codes = []
    for name in ("Alice", "Bob", "Charlie"):
        given(reader := a_reader(name), 100, now=now)
        codes.append(rewards.redeem_reward(reward_id=reward.pk, actor=reader, key=name, now=now).code)
    vouchers.honour_voucher(code=codes[0], actor=lin, now=now)
    vouchers.cancel_voucher(code=codes[2], actor=reader, now=now)
    return reward


def test_everything_issued_is_redeemed_or_still_with_somebody(reward, now):
    assert promises.total(now=now) == Promised(300, 60, 240, 0, 0, open_vouchers=1, open_points=30)


def test_what_was_taken_back_after_it_was_spent_is_owed(reward, now):
    given(dora := a_reader("Dora"), 10, now=now)
    entry = entries.of(dora)[0]
    ledger.redeem(reader=dora, points=10, at=now, params={})
    ledger.reverse(entry=entry, reason="test", at=now)
    found = promises.total(now=now)
    assert (found.owed, found.issued) == (10, found.redeemed + found.with_readers + found.held - found.owed)


def test_an_expired_voucher_is_promised_no_longer(reward, now):
    later = now + timedelta(days=reward.valid_days)
    assert (promises.total(now=now).open_vouchers, promises.total(now=later).open_vouchers) == (1, 0)
    (row,) = promises.by_reward(now=later)
    assert (row.waiting, row.used, row.expired) == (0, 1, 1)


def test_the_page_stands_beside_the_rewards_for_who_may_see_vouchers(reward, admin_client, client):
    address = reverse("rewards:promised")
    assert address in admin_client.get(reverse("rewards:index")).content.decode()
    page = admin_client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "Of 300 points issued so far 60 have been redeemed" in page
    client.force_login(a_reader("Maria", is_staff=True))
    assert client.get(address).status_code in (302, 403)
