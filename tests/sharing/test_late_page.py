"""The taker's page without network: what it keeps, and how long after its slip it says that the code was read (T-C2)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, sync_playwright

from tests.conftest import CHROMIUM
from tests.journeys.conftest import CHROMIUM_ARGS

PAGE = """<!doctype html><body data-live-url="/live/"><div id="late-codes" hidden data-kept="kept" data-refused="not yet"
data-lost="lost"><p data-words></p></div><div id="now" data-live><p>{what}</p><form action="/confirm/" method="post" data-late="/late/"
data-slip="{slip}" data-page="/done/"><input name="pin"><button>Go</button></form></div>
<script>window.htmx = {{ process() {{}} }}; window.EventSource = class extends EventTarget {{ close() {{}} }};</script>
<script>{live}</script><script>{late}</script>"""
JS = Path(settings.BASE_DIR) / "static/js"
SCRIPTS = {"live": (JS / "live.js").read_text(), "late": (JS / "late_codes.js").read_text()}


class Service:
    """What the page meets: its own address anew, no network for the code, and the answers to what was kept."""

    slip, what, late = "first", "Meet", 0

    def answer(self, route: Route) -> None:
        path = route.request.url.partition("relay.test")[2]
        if path == "/":
            page = PAGE.format(slip=self.slip, what=self.what, **SCRIPTS)
            route.fulfill(content_type="text/html", body=page)
        elif path == "/late/" and self.late:
            route.fulfill(status=self.late, content_type="application/json", body='{"says": "Too late.", "page": "/"}')
        else:
            route.abort("internetdisconnected")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = chromium.new_page()
        page.clock.install()
        page.route("**/*", service.answer)
        page.goto("http://relay.test/")
        yield page
        chromium.close()


def refreshed(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('stale'))")
    page.clock.fast_forward(1000)


def kept(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.evaluate("localStorage.getItem('late codes')") or "[]")
    return found


@pytest.mark.browser
def test_each_slip_has_its_own_moment_and_only_an_answer_ends_the_waiting(page: Page, service: Service) -> None:
    for slip, what in (("second", "Meet"), ("third", "Meet now")):  # the same region, then another
        page.clock.fast_forward("10:00")
        service.slip, service.what = slip, what
        refreshed(page)
        page.wait_for_selector(f"[data-slip={slip}]")
    assert page.text_content("#now p") == "Meet now"
    page.clock.fast_forward("02:00")
    page.fill("[name=pin]", "123456")
    page.click("button")
    page.wait_for_selector("#late-codes[data-kind=wait]")
    (one,) = kept(page)
    fields = dict(one["fields"])
    assert (fields["pin"], fields["slip"]) == ("123456", "third")
    assert 119 <= int(fields["seconds"]) <= 130
    for status in (403, 404, 429, 503):
        service.late = status
        with page.expect_response("**/late/"):
            page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_function("document.querySelector('[data-words]').textContent === 'not yet'")
        assert kept(page) == [one]
    service.late = 422
    with page.expect_response("**/late/"):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function("document.querySelector('[data-words]').textContent === 'Too late.'")
    assert kept(page) == []
