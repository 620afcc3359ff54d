"""What a book passed on becomes: points that wait, points to spend, a voucher, and what the desk gives for it, once.

The service runs in this process, so that a week can pass for it in no time.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from incentives.models import RuleVersion
from library_bridge.models import Reader
from sharing import handovers
from tests import factories
from tests.incentives.factories import a_reader, a_reward, a_rule
from tests.journeys import barcodes
from tests.journeys.conftest import SIZES, launched, with_camera
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.any_database]
PRICE = 10
Story = dict[str, str]


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=True) as coordinates:
        yield coordinates


@pytest.fixture
def story(live_server: LiveServer, transactional_db: None, clock: time_machine.Traveller) -> Story:
    """Alice and Bob have met, the code is on her page."""
    now = timezone.now()
    rule = a_rule()
    RuleVersion.objects.exclude(rule=rule).delete()
    rule.versions.get_or_create(number=1, defaults={"points": PRICE, "starts_at": now - timedelta(1), "made_at": now})
    assert rule.terms_at(now).points == PRICE
    a_reward(now=now, price=PRICE, stock=1)
    alice, bob, lin = a_reader("Alice"), a_reader("Bob"), a_reader("Lin", is_staff=True, is_superuser=True)
    world = World(now, alice, bob, lin, lin, factories.title(), None)
    world.copy = factories.copy(alice, world.title, now=now, mode="gift")
    handover = steps.arranged(steps.agreed(world), now=now + timedelta(hours=1))
    code = handovers.issue_code(handover_id=handover.pk, actor=alice, now=now + timedelta(hours=1))
    tokens = {reader.display_name: _token(reader) for reader in (alice, bob, lin)}
    return {**tokens, "pin": code.pin, "lending": f"/lendings/{handover.lending_id}/", "service": live_server.url}


@pytest.fixture
def browser(story: Story) -> Iterator[Browser]:
    """Opened after the story is written and closed before it is thrown away: in between this thread may touch no database."""
    with sync_playwright() as playwright, launched(playwright) as chromium:
        yield chromium


def _token(reader: Reader) -> str:
    client = Client()
    client.force_login(reader)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _opened(browser: Browser, story: Story, who: str, size: str) -> Page:
    context = browser.new_context(base_url=story["service"], viewport=SIZES[size], locale="en-GB")  # type: ignore[arg-type]
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": story[who], "url": story["service"]}])
    context.route("**/live/**", lambda route: route.abort())  # this server has no streams
    context.set_default_timeout(15_000)
    return context.new_page()


def _figures(alice: Page) -> list[str]:
    """To spend and waiting, as they stand on the page of points."""
    alice.goto("/points/")
    return [re.findall(r"\d+", text)[0] for text in alice.locator("#points-figures dd").all_inner_texts()[:2]]


def test_points_are_earned_wait_are_spent_and_honoured_once(
    story: Story, clock: time_machine.Traveller, browser: Browser, tmp_path: Path
) -> None:
    alice, bob = (_opened(browser, story, who, "phone") for who in ("Alice", "Bob"))
    assert _figures(alice) == ["0", "0"]
    clock.shift(timedelta(hours=1))
    bob.goto(story["lending"])
    bob.get_by_label("Six digits from the other side’s page").fill(story["pin"])
    bob.get_by_role("button", name="Confirm the handover").click()
    expect(bob.locator("main").get_by_text("Completed").first).to_be_visible()

    assert _figures(alice) == ["0", str(PRICE)]
    expect(alice.locator("#entries")).to_contain_text("Book passed on")
    expect(alice.locator("#entries")).to_contain_text("counts from 1 December")
    alice.goto("/rewards/")
    expect(alice.get_by_role("button", name="Redeem: 40 pages of print")).to_have_count(0)

    clock.shift(timedelta(days=7))
    assert _figures(alice) == [str(PRICE), "0"]
    alice.goto("/rewards/")
    alice.get_by_role("button", name="Redeem: 40 pages of print").click()
    voucher = alice.locator("article.voucher")
    expect(voucher.get_by_text("Ready to use")).to_be_visible()
    expect(voucher.get_by_role("img", name="QR code of the voucher")).to_be_visible()
    assert _figures(alice) == ["0", "0"]

    alice.goto("/rewards/")
    code = alice.locator(".voucher .pin").inner_text()
    _at_the_desk(browser, story, code, barcodes.film_of_square(tmp_path, code.replace(" ", "")))
    alice.goto("/rewards/")
    expect(alice.locator("article.voucher")).to_have_count(0)
    expect(alice.locator("main").get_by_text(re.compile("^Used"))).to_be_visible()


def _at_the_desk(browser: Browser, story: Story, code: str, film: Path) -> None:
    """The camera reads it and it is honoured; the same code typed afterwards is refused."""
    with with_camera(browser, film) as chromium:
        lin = _opened(chromium, story, "Lin", "desk")
        lin.goto("/admin/vouchers/desk/")
        lin.get_by_role("button", name="Start the camera").click()
        expect(lin.get_by_text("Honoured: 40 pages of print. Hand it over.")).to_be_visible()
        lin.get_by_label("Code of the voucher").fill(f" {code.lower()} ")
        lin.get_by_role("button", name="Honour it").click()
        expect(lin.get_by_text("This voucher has been used or returned, or has expired.")).to_be_visible()
