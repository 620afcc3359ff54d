"""This app's pages in Chinese, with all that they can say: no blank stands beside a Chinese mark."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from incentives import appeals, choices, leaderboards, ledger, rewards, winners
from incentives.errors import BudgetUsedUp
from incentives.models import Badge, EndedPeriod, Reward, RewardBudget, Voucher
from library_bridge.models import Reader
from tests import blanks, factories
from tests.incentives.factories import a_lending, a_reader, a_reward, an_event, awarded, given, something_happened

pytestmark = pytest.mark.django_db
BOARDS = [f"/leaderboards/?board={board}&scope=all" for board in leaderboards.Boards.values]
PAGES = [
    "/points/", "/points/entries/", "/rewards/", "/badges/", "/standing/", "/leaderboards/take-part/",
    "/leaderboards/former/", *BOARDS,
]  # fmt: skip


@pytest.fixture
def client(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


@pytest.fixture
def alice(client: Client, now: datetime) -> Reader:
    """The first on the lists, with badges beside her name; was not met twice, has cancelled twice, and owes points."""
    alice, *others = (a_reader(name, pseudonym=name, leaderboard_opt_in=True) for name in "苍鹭BCDEF")
    factories.patron(alice)
    for times, reader in enumerate((*others, alice), start=1):
        for _time in range(times):
            awarded(reader, something_happened(now=now).pk, at=now - timedelta(days=1))
    for day, kind in enumerate(
        ("lending.no_show", "lending.no_show", "lending.cancelled", "lending.cancelled"), start=1
    ):
        an_event(kind, a_lending(alice, others[0], now=now), at=now - timedelta(days=day))
    appeals.make_appeal(actor=alice, words="当时大门锁着。", now=now)
    choices.show_badges(actor=alice, on_lists=True, to_partners=True)
    Badge.objects.create(reader=alice, code="first_lending", earned_at=now)
    leaderboards.compute(now=now)
    client.force_login(alice)
    return alice


@pytest.fixture
def offers(alice: Reader, now: datetime) -> list[Voucher]:
    """One reward for each reason why it can't be had, and a voucher of each kind."""
    entry = given(alice, 300, now=now)
    today = timezone.localdate(now)
    RewardBudget.objects.create(library=factories.library(), points=50, starts_date=today, ends_date=today)
    kinds = ({}, {"effect": "longer_loan", "days": 14}, {"effect": "purchase_first"}, {"effect": "open_request"})
    found = [
        rewards.redeem_reward(reward_id=a_reward(now=now, **facts).pk, actor=alice, key=str(n), now=now)
        for n, facts in enumerate(kinds)
    ]
    for facts in ({"stock": 0}, {"per_reader_limit": 0}, {"price": 90}, {"price": 5000, "effect": "purchase_first"}):
        a_reward(now=now, description_zh="一年之内有效。", **facts)
    ledger.reverse(entry=entry, reason="test", at=now)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_no_blank_stands_beside_a_chinese_mark(page: str, client: Client, offers: list[Voucher]) -> None:
    assert blanks.in_page(client.get(page).content.decode()) == []


def test_none_on_a_voucher_either_nor_where_one_is_confirmed(client: Client, offers: list[Voucher]) -> None:
    reward = Reward.objects.get(effect="open_request")
    for address in (*(one.get_absolute_url() for one in offers), f"/rewards/{reward.pk}/confirm/"):
        assert blanks.in_page(client.get(address).content.decode()) == []


def test_nor_among_the_winners(client: Client, alice: Reader, now: datetime) -> None:
    list(winners.write_down(now=now + timedelta(days=60)))
    for ended in EndedPeriod.objects.all():
        page = client.get(f"/leaderboards/former/?ended={ended.pk}").content.decode()
        assert blanks.in_page(page) == []


def test_nor_in_a_refusal_of_two_sentences(offers: list[Voucher], alice: Reader, now: datetime) -> None:
    with translation.override("zh-hans"), pytest.raises(BudgetUsedUp) as refused:
        rewards.redeem_reward(reward_id=offers[0].reward_id, actor=alice, key="x", now=now)
    assert refused.value.message == "图书馆到 11 月 24 日为止的兑换预算所剩不多，不够换这一项。没有扣积分。"
