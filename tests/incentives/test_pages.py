import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from incentives import choices, ledger, rewards, rules
from incentives.models import IncentiveSettings, Reward, Voucher
from incentives.templatetags.leaderboards import unit
from tests.incentives.factories import a_lending, a_reader, a_reward, an_event, given

pytestmark = pytest.mark.django_db
PAGES = ["/points/", "/rewards/", "/leaderboards/", "/leaderboards/take-part/", "/leaderboards/former/", "/badges/"]


@pytest.fixture
def alice(client):
    """Reads English."""
    alice = a_reader("Alice")
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return alice


def texts(response):
    return response.content.decode()


def a_busy_year(alice, lendings, *, now):
    for number in range(lendings):
        at = now - timedelta(days=8 + number)
        event = an_event("lending.completed", a_lending(alice, a_reader("Bob"), now=at), at=at)
        rules.pay(event)
        a_reward(now=now, price=number + 1)


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_few_queries_and_no_more_for_thirty_rows_than_for_one(address, client, alice, now):
    a_busy_year(alice, 1, now=now)
    client.get(address)
    few = queries(client, address)
    a_busy_year(alice, 29, now=now)
    assert queries(client, address) == few <= 15


def test_the_chip_is_cheap_and_says_what_can_be_spent(client, alice, now):
    given(alice, 186, now=now)
    client.get("/points/chip/")
    with CaptureQueriesContext(connection) as captured:
        page = texts(client.get("/points/chip/"))
    assert 'aria-label="186 points"' in page
    assert len(captured) <= 6


def test_the_ledger_says_why_for_which_book_and_from_when(client, alice, now):
    rules.pay(an_event("lending.completed", a_lending(alice, a_reader("Bob"), now=now), at=now))
    page = texts(client.get("/points/"))
    assert "Book passed on" in page
    assert "拖延心理学" in page
    assert "counts from" in page
    assert "+10" in page


@pytest.mark.parametrize("address", PAGES)
def test_pages_speak_chinese(address, client, alice, now):
    translation.deactivate()
    page = texts(client.get(address, headers={"Accept-Language": "zh-CN"}))
    assert 'lang="zh-Hans"' in page


@pytest.mark.parametrize("address", [*PAGES, "/points/chip/"])
def test_a_stranger_is_asked_to_sign_in(address, client):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", PAGES)
def test_switched_off_the_pages_are_gone_and_the_chip_is_empty(address, client, alice):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    assert client.get(address).status_code == 404
    assert client.get("/points/chip/").content == b""


@pytest.mark.parametrize("who", ["the library", "the reader"])
def test_switched_off_no_header_leads_to_points_not_even_without_scripts(who, client, alice):
    assert 'class="tool points-chip" href="/points/"' in texts(client.get("/me/"))
    if who == "the library":
        IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    else:
        choices.switch_off(actor=alice)
    assert "points-chip" not in texts(client.get("/me/"))


@pytest.mark.parametrize("who", ["the library", "the reader"])
@pytest.mark.parametrize(
    "address", ["/me/", "/standing/", "/search/?q=nothing+like+it", "/todo/", "/shelf/", "/wishes/"]
)
def test_switched_off_other_pages_say_nothing_of_points(address, who, client, alice):
    words = re.compile(r"\b(points?|leaderboards?|rewards?|badges?|vouchers?)\b")
    if who == "the library":
        IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    else:
        choices.switch_off(actor=alice)
    page = re.sub(r'class="[^"]*"|id="[^"]*"', "", texts(client.get(address)))
    assert words.findall(page.lower()) == []


@pytest.mark.parametrize("who", ["the library", "the reader"])
def test_switched_off_no_voucher_waits_on_other_pages(who, client, alice, now):
    given(alice, 100, now=now)
    reward = a_reward(now=now, effect=Reward.Effect.PURCHASE_FIRST)
    rewards.redeem_reward(reward_id=reward.pk, actor=alice, key="k", now=now)
    address = "/vouchers/ready-for/purchase_first/"
    assert "You have a voucher for this" in texts(client.get(address))
    if who == "the library":
        IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    else:
        choices.switch_off(actor=alice)
    assert client.get(address).content == b""


def test_who_switched_points_off_finds_the_way_back_among_their_data(client, alice):
    assert "You have switched off points" not in texts(client.get("/me/data/"))
    choices.switch_off(actor=alice)
    assert "You have switched off points" in texts(client.get("/me/data/"))


def test_a_reward_is_redeemed_from_its_button_once_for_two_clicks(client, alice, now):
    given(alice, 100, now=now)
    reward, form = a_reward(now=now), {"price": 36, "key": str(uuid4())}
    first = client.post(f"/rewards/{reward.pk}/redeem/", form)
    again = client.post(f"/rewards/{reward.pk}/redeem/", form)
    assert first.url == again.url == Voucher.objects.get().get_absolute_url()
    assert Voucher.objects.get().spoken_code in texts(client.get(first.url))


@pytest.mark.parametrize("price", ["35", "0", "-36", "36.5", "NaN", "1e9", "", "x" * 100])
def test_tp7_an_odd_price_takes_nothing_and_says_so(price, client, alice, now):
    given(alice, 100, now=now)
    reward = a_reward(now=now)
    answer = client.post(f"/rewards/{reward.pk}/redeem/", {"price": price, "key": "k"}, follow=True)
    assert "No points were taken" in texts(answer)
    assert ledger.balance(alice, now=now).spendable == 100


def test_a_voucher_is_shown_to_its_reader_alone_and_can_be_returned(client, alice, now):
    given(alice, 100, now=now)
    voucher = rewards.redeem_reward(reward_id=a_reward(now=now).pk, actor=alice, key="k", now=now)
    assert "Return it for 36 points" in texts(client.get(voucher.get_absolute_url()))
    client.post(f"/vouchers/{voucher.code}/return/")
    assert ledger.balance(alice, now=now).spendable == 100
    client.force_login(a_reader("Charlie"))
    assert client.get(voucher.get_absolute_url()).status_code == 404
    assert client.post(f"/vouchers/{voucher.code}/return/").status_code == 404


def test_pages_hold_no_inline_style_and_no_inline_script(client, alice, now):
    a_busy_year(alice, 2, now=now)
    rewards.redeem_reward(reward_id=a_reward(now=now, price=1).pk, actor=alice, key="k", now=now)
    for address in PAGES:
        page = texts(client.get(address))
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page


@pytest.mark.parametrize("enabled", [True, False])
def test_my_page_leads_to_points_only_where_the_library_gives_them(enabled, client, alice):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": enabled})
    page = texts(client.get("/me/")).partition("<main")[2]  # above, the chip is fetched, or not
    links = {address for address in (*PAGES, "/standing/") if f'href="{address}"' in page}
    assert links == ({"/points/", "/rewards/", "/leaderboards/", "/standing/"} if enabled else {"/standing/"})
    assert {client.get(address).status_code for address in links} == {200}


@pytest.fixture
def at_once(alice, now):
    given(alice, 100, now=now)
    return a_reward(now=now, effect="open_request", price=30)


def test_what_cannot_be_returned_says_so_and_asks_before_it_is_redeemed(client, alice, at_once):
    page = client.get("/rewards/", headers={"accept-language": "en"}).content.decode()
    assert "Takes effect at once and cannot be returned." in page
    assert reverse("confirm-redemption", args=[at_once.pk]) in page
    assert reverse("redeem-reward", args=[at_once.pk]) not in page
    asked = client.get(reverse("confirm-redemption", args=[at_once.pk]), headers={"accept-language": "en"})
    assert "It cannot be returned." in asked.content.decode()


def test_one_tap_spends_nothing_that_cannot_come_back(client, alice, at_once):
    address = reverse("redeem-reward", args=[at_once.pk])
    answer = client.post(address, {"price": 30, "key": "k"})
    assert answer["Location"] == reverse("confirm-redemption", args=[at_once.pk])
    assert not Voucher.objects.exists()
    client.post(address, {"price": 30, "key": "k", "sure": "1"})
    assert Voucher.objects.get().status == "used"


def test_a_voucher_that_can_be_returned_is_not_asked_about(client, alice, now):
    answer = client.get(reverse("confirm-redemption", args=[a_reward(now=now).pk]))
    assert answer["Location"] == reverse("rewards")


@pytest.mark.parametrize("effect", ["open_request", "voucher"])
def test_one_that_has_just_ended_says_so(client, alice, now, effect):
    given(alice, 100, now=now)
    reward = a_reward(now=now, effect=effect, price=30, ends_at=now)
    for sent in ({}, {"sure": "1"}):
        said = {"price": 30, "key": "k", **sent}
        page = client.post(
            reverse("redeem-reward", args=[reward.pk]), said, follow=True, headers={"accept-language": "en"}
        )
        assert "This is not on offer any more. No points were taken." in texts(page)
    assert not Voucher.objects.exists()


def test_one_that_has_not_begun_is_unknown(client, alice, now):
    reward = a_reward(now=now)
    type(reward).objects.update(starts_at=now + timedelta(days=1))
    assert client.get(reverse("confirm-redemption", args=[reward.pk])).status_code == 404
    assert client.post(reverse("redeem-reward", args=[reward.pk]), {"price": 36, "key": "k"}).status_code == 404


def taking_part(client, **said):
    return client.post("/leaderboards/take-part/", {"pseudonym": "Owl", **said}, follow=True)


def test_who_is_on_no_list_is_led_to_the_form_and_back(client, alice):
    address = reverse("leaderboards-take-part")
    page = texts(client.get("/leaderboards/"))
    assert f'<a class="button" href="{address}">Take part under a pseudonym</a>' in page
    assert "pseudonym_helptext" not in page
    answer = taking_part(client, honours="on")
    assert answer.redirect_chain == [("/leaderboards/", 302)]
    assert "You are on the lists from the next night on." in texts(answer)
    assert "You take part as <b>Owl</b>." in texts(answer)
    form = client.get(address).context["form"]
    assert form.initial == {"pseudonym": "Owl", "narrow": False, "honours": True}


def test_who_takes_part_changes_it_or_leaves(client, alice):
    taking_part(client)
    assert "Saved" in texts(taking_part(client, pseudonym="Heron"))
    assert "You take part as <b>Heron</b>." in texts(client.get("/leaderboards/"))
    assert "Take me off the lists" in texts(client.get("/leaderboards/take-part/"))
    assert "You are off the lists." in texts(client.post("/leaderboards/leave/", follow=True))
    assert client.get("/leaderboards/take-part/").context["form"].initial["pseudonym"] == "Heron"


@pytest.mark.parametrize("name", ["", "x", "Alice"])
def test_a_pseudonym_that_cannot_be_is_said_where_it_was_typed(name, client, alice):
    answer = taking_part(client, pseudonym=name, narrow="on")
    assert answer.redirect_chain == [("/leaderboards/take-part/", 302)]
    form = answer.context["form"]
    assert list(form.errors) == ["pseudonym"]
    assert (form["pseudonym"].value(), form["narrow"].value()) == (name, True)
    alice.refresh_from_db()
    assert not alice.leaderboard_opt_in


def test_a_chinese_pseudonym_is_marked_as_such_on_an_english_page(client, alice):
    assert 'You take part as <b><span lang="zh-Hans">苍鹭</span></b>.' in texts(taking_part(client, pseudonym="苍鹭"))


@pytest.mark.parametrize("board", ["lenders", "cataloguers"])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", {"lenders": "times", "cataloguers": "titles"}), ("zh-hans", {"lenders": "次", "cataloguers": "种"})],
)
def test_a_list_says_what_it_counts(board, language, words):
    with translation.override(language):
        assert unit(2, board) == words[board]
