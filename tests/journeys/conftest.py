from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.conftest import CHROMIUM
from tests.journeys.service import Service
from tests.journeys.turnstile import one_at_a_time

CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"]  # fmt: skip
CAMERA_ARGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--use-file-for-fake-video-capture={film}",
]
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("campus"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def live_server(live_server: LiveServer, transactional_db: None) -> Iterator[LiveServer]:
    """In this process. It has fallen silent before the tables are emptied."""
    with one_at_a_time():
        yield live_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its file: while Playwright's loop runs in this thread, Django refuses to touch a database from it."""
    with sync_playwright() as playwright, launched(playwright) as chromium:
        yield chromium


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)


def with_camera(browser: Browser, film: Path) -> Browser:
    """A Chromium of its own, to be closed, before whose pretended camera the film runs."""
    args = [*CHROMIUM_ARGS, *(flag.format(film=film) for flag in CAMERA_ARGS)]
    return browser.browser_type.launch(executable_path=CHROMIUM, args=args)


Visit = Callable[..., Page]


@pytest.fixture
def visit(service: Service, browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """`visit(size="phone", language="zh-CN")`: somebody's own browser, signed out, at the service's address.

    Nothing may be fetched from another host, and no page may raise a script error.
    """
    contexts, problems = [], []

    def make(*, size: str = "desk", language: str = "en-GB", scheme: str = "light") -> Page:
        context = browser.new_context(
            base_url=service.address,
            viewport=SIZES[size],
            locale=language,
            color_scheme=scheme,
            timezone_id="Asia/Shanghai",
        )  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on(
            "request",
            lambda request: request.url.startswith((service.address, "data:")) or problems.append(request.url),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, problems
