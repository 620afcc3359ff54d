"""The script in a library's own catalogue: small, alone, silent when anything fails; tried in Chromium between two origins."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, sync_playwright
from pytest_django import Settings

from tests import factories
from tests.conftest import CHROMIUM
from tests.journeys.conftest import CHROMIUM_ARGS

SCRIPT = Path(settings.BASE_DIR) / "static" / "opac" / "v1.js"
MOST_BYTES = 3_000
HAD, NOT_HAD, TWICE = "9787300113906", "9787506365437", "9787213052545"


def test_the_script_is_small_and_touches_nothing_it_should_not() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.encode()) <= MOST_BYTES
    for word in (
        "cookie",
        "localStorage",
        "sessionStorage",
        "innerHTML",
        "insertAdjacentHTML",
        "eval",
        "style",
        "sendBeacon",
    ):
        assert word not in text.split("*/")[-1].replace("No cookie, no name", "")


def test_its_address_is_stable_public_and_kept_by_any_cache(client: Client, db: None) -> None:
    answer = client.get("/opac/v1.js")
    assert answer.content == SCRIPT.read_bytes()
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert (answer["Cache-Control"], answer["Access-Control-Allow-Origin"]) == ("public, max-age=3600", "*")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Vary" not in answer
    assert not answer.cookies
    assert client.get("/opac/v1.js", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_the_page_to_see_it_on_exists_in_the_demo_only(client: Client, db: None, settings: Settings) -> None:
    assert "connect-src" in client.get("/opac/demo/")["Content-Security-Policy"]
    settings.DEMO = False
    assert client.get("/opac/demo/").status_code == 404


# in a browser: the catalogue at one port, Bookrelay's real answers at another


class Recorded(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]]
    asked: ClassVar[list[tuple[str, str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Cookie", ""), self.headers.get("Referer", "")))
        status, headers, content = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        pass


class Site:
    """A server of its own origin that gives what it was told to give, and keeps what it was asked."""

    def __init__(self) -> None:
        self.handler = type("Handler", (Recorded,), {"answers": {}, "asked": []})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def gives(self, path: str, content: bytes, status: int = 200, **headers: str) -> None:
        self.handler.answers[path] = (status, headers, content)

    def records(self, path: str) -> None:
        """The service's own answer, byte by byte and with its headers."""
        answer = Client().get(path)
        self.handler.answers[path] = (answer.status_code, dict(answer.headers), answer.content)

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        return self.handler.asked


@contextmanager
def _site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


CATALOGUE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Catalogue</title>
<script src="{service}/opac/v1.js" async></script><body>
<ol><li id="a">{had}<span class="Z3988" title="ctx_ver=Z39.88-2004&amp;rft.isbn=978-7-300-11390-6"></span></li>
<li id="b"><span class="Z3988" title="ctx_ver=Z39.88-2004&amp;rft.isbn={not_had}"></span></li>
<li id="c"><span class="Z3988" title="ctx_ver=Z39.88-2004&amp;rft.isbn={twice}"></span></li>
<li id="d"><span class="Z3988" title="ctx_ver=Z39.88-2004&amp;rft.btitle=No+number+1234567890123"></span></li></ol>
</body></html>"""
ONE_CALL = f"/api/v1/availability?isbn=978-7-300-11390-6&isbn={NOT_HAD}&isbn={TWICE}"


def _policy(service: str) -> str:
    return (
        f"default-src 'none'; script-src {service}; connect-src {service}; style-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@pytest.fixture
def sites(db: None, now: datetime, settings: Settings) -> Iterator[tuple[Site, Site]]:
    with _site() as catalogue, _site() as service:
        settings.BASE_URL = service.address
        alice, bob = factories.reader("Marker-Alice"), factories.reader("Marker-Bob")
        one = factories.title(isbn13=HAD)
        for owner, title in ((alice, one), (alice, factories.title("大数据时代", isbn13=TWICE)), (bob, one)):
            factories.copy(owner, title, now=now)
        factories.title("围城", isbn13=NOT_HAD)
        for path in ("/opac/v1.js", ONE_CALL):
            service.records(path)
        yield catalogue, service


def _open(page: Page, catalogue: Site, service: Site, language: str) -> None:
    html = CATALOGUE.format(language=language, service=service.address, had=HAD, not_had=NOT_HAD, twice=TWICE)
    header = {"Content-Type": "text/html", "Content-Security-Policy": _policy(service.address)}
    catalogue.gives("/results?q=secret", html.encode(), **header)
    page.goto(f"{catalogue.address}/results?q=secret")


@pytest.mark.browser
def test_a_strict_catalogue_of_another_origin_says_it_in_its_language(sites: tuple[Site, Site]) -> None:
    catalogue, service = sites
    answer = json.loads(service.handler.answers[ONE_CALL][2])
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page, problems = chromium.new_page(), list[str]()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        _open(page, catalogue, service, "en")
        page.wait_for_selector("#c a.bookrelay")
        notes = page.eval_on_selector_all(
            "a.bookrelay", "all => all.map(a => [a.parentNode.id, a.textContent, a.href])"
        )
        first, _none, third = (item["url"] for item in answer["items"])
        assert notes == [
            ["a", "2 readers would pass this on · ask", first],
            ["c", "1 reader would pass this on · ask", third],
        ]
        assert [path for path, _cookie, _from in service.asked] == ["/opac/v1.js", ONE_CALL]
        assert {cookie for _path, cookie, _from in service.asked} == {""}
        assert not any("secret" in referrer for _path, _cookie, referrer in service.asked)
        assert page.context.cookies() == []
        assert "Marker" not in json.dumps(answer)

        _open(page, catalogue, service, "zh-CN")
        page.wait_for_selector("#a a.bookrelay")
        assert page.text_content("#a a.bookrelay") == "2 位读者愿意转给您 · 去申请"
        assert problems == []

        del service.handler.answers[ONE_CALL]
        unkept = chromium.new_page()
        unkept.on("pageerror", lambda error: problems.append(str(error)))
        _open(unkept, catalogue, service, "en")
        unkept.wait_for_load_state("networkidle")
        assert service.asked[-1][0] == ONE_CALL
        assert (unkept.query_selector("a.bookrelay"), problems) == (None, [])
        chromium.close()
