"""What the two profiles start with, and what the server profile does not start without."""

import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from config import env, required
from config.logs import WithoutSecrets
from library_bridge import checks, throttle
from library_bridge.management.commands import serve

GOOD = {
    "secret_key": "x" * 50,
    "redis_url": "redis://localhost",
    "base_url": "https://books.example.edu",
    "demo": False,
    "database": "django.db.backends.postgresql",
    "hosts": ["books.example.edu"],
}


def test_what_is_complete_starts() -> None:
    assert required.missing(**GOOD) == []


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "x" * 49}, "SECRET_KEY"),
        ({"redis_url": ""}, "REDIS_URL"),
        ({"base_url": "http://books.example.edu"}, "BASE_URL"),
        ({"demo": True}, "DEMO"),
        ({"database": "django.db.backends.sqlite3"}, "DATABASE_URL"),
        ({"hosts": ["127.0.0.1", "localhost", "[::1]"]}, "ALLOWED_HOSTS"),
    ],
)
def test_each_fault_is_named(fault: dict[str, object], names: str) -> None:
    [line] = required.missing(**{**GOOD, **fault})  # type: ignore[arg-type]
    assert line.startswith(names)


@pytest.mark.parametrize("demo", ["0", "1"])
def test_the_server_profile_ends_at_its_first_line(demo: str) -> None:
    given = {
        "SECRET_KEY": "x" * 50,
        "REDIS_URL": "redis://localhost",
        "BASE_URL": "https://b.example.edu",
        "DATABASE_URL": "postgres://127.0.0.1/books",
        "ALLOWED_HOSTS": "b.example.edu",
        "DEMO": demo,
    }
    words = [sys.executable, "-c", "import config.settings.production as p; print(p.CACHES['limits']['BACKEND'])"]
    done = subprocess.run(
        words, cwd=settings.BASE_DIR, env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    assert done.returncode == int(demo)
    assert ("DEMO must be off" in done.stderr) is (demo == "1")
    assert ("RedisCache" in done.stdout) is (demo == "0")


def test_a_list_may_have_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_NETWORKS", " 10.0.0.0/8, 192.168.0.0/16 ,, ")
    assert env.listed("SHARED_NETWORKS") == ["10.0.0.0/8", "192.168.0.0/16"]


@pytest.mark.parametrize("named", ["Mars/Olympus", "../etc/passwd", "Asia"])
def test_a_zone_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("TIME_ZONE", named)
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE"):
        env.zone("TIME_ZONE", "Asia/Shanghai")


def test_the_clock_of_another_place_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "Europe/Vienna")
    assert env.zone("TIME_ZONE", "Asia/Shanghai") == "Europe/Vienna"


def test_a_shared_network_that_is_none_is_named_and_the_others_count(settings: Settings) -> None:
    settings.SHARED_NETWORKS = ["10.0.0.1/8", "192.168.0.0/16"]
    [said] = checks.shared_networks_can_be_read()
    assert "10.0.0.1/8" in said.msg
    assert throttle.crowd("192.168.3.4") > 1 == throttle.crowd("10.2.3.4")


@pytest.mark.parametrize("proxies", [[], ["10.0.0.5"]])
def test_t_r17_nobodys_word_about_an_address_counts_unless_named(proxies: list[str], settings: object) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    server = serve.config("127.0.0.1", 8000)
    server.load()
    assert isinstance(server.loaded_app, ProxyHeadersMiddleware) is bool(proxies)
    assert server.forwarded_allow_ips == proxies


def test_p9_an_access_log_holds_no_code(caplog: pytest.LogCaptureFixture) -> None:
    line = '%s - "%s %s HTTP/%s" %d'
    access = logging.getLogger("uvicorn.access")
    assert any(isinstance(one, WithoutSecrets) for one in access.filters)
    access.addHandler(caplog.handler)
    with caplog.at_level("INFO", "uvicorn.access"):
        access.info(line, "10.0.0.1:1", "GET", "/scan/?code=7.c0ffee", "1.1", 200)
        access.info(line, "10.0.0.1:1", "GET", "/vouchers/c0ffee/return/", "1.1", 200)
        for way in ("/collect/%s/", "/kept/%s/", "/api/v1/kept/%s/claim", "/kiosk/open/%s/", "/groups/join/%s/"):
            access.info(line, "10.0.0.1:1", "POST", way % "7.c0ffee", "1.1", 200)
    access.removeHandler(caplog.handler)
    assert "c0ffee" not in caplog.text
    assert "GET /scan/… HTTP/1.1" in caplog.text
    assert "GET /vouchers/…/return/ HTTP/1.1" in caplog.text
    assert "POST /api/v1/kept/…/claim HTTP/1.1" in caplog.text
