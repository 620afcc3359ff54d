import gc
import os
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import tables
from tests.incentives.flushing import _flush_takes_the_ledger_along  # noqa: F401  (a fixture)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CAMPUS = ZoneInfo("Asia/Shanghai")
BROWSERS = (
    "tests/journeys/test_two_people.py",
    "tests/journeys/test_accessibility.py",
    "tests/journeys/test_face_to_face.py",
    "tests/journeys/test_several_books.py",
)
CAMPUS_TESTS = "tests/sharing/demo/"  # one campus for the whole folder
MODEL_TESTS = "tests/sharing/model/"
DATABASE = {"db", "transactional_db", "service"}

# A busy machine fails no test; and what a property does to a fixture, each test undoes for itself.
hypothesis_settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def _earlier_tables(django_test_environment: None) -> None:
    tables.begin_with_the_copy()


@pytest.fixture(scope="session")
def django_db_setup(_earlier_tables: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        tables.leave_a_copy()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in term, outside the quiet hours."""
    return datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)


@pytest.fixture(autouse=True)
def _at_the_hour_of_the_story(request: pytest.FixtureRequest, now: datetime) -> Iterator[None]:
    """Tests tell the same story on any day and at any hour; only the journeys go by the clock on the wall."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(now, tick=True):
        yield


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """Nothing that one test counted or chose reaches the next."""
    for cache in caches.all():
        cache.clear()
    with translation.override("en"):
        yield


class OneWorkerAFile(LoadScopeScheduling):
    """Files share fixtures, and the browsers share one running service. What empties the database after itself stands at the
    end of the collection: there a file comes a second time, so that none of it runs before a test that needs the rows that
    the migrations made."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._scopes: dict[str, str] = {}
        self._latest, self._over = "", set[str]()

    def _split_scope(self, nodeid: str) -> str:
        """Asked for the first time in the order of the collection."""
        if nodeid not in self._scopes:
            group = _group(nodeid)
            if group != self._latest:
                self._over.add(self._latest)
                self._latest = group
            self._scopes[nodeid] = f"{group} again" if group in self._over else group
        return self._scopes[nodeid]


def _group(nodeid: str) -> str:
    file = nodeid.split("::")[0]
    if file.startswith(MODEL_TESTS) and "SOAK" in os.environ:
        return nodeid  # each part of the long run is large enough for a worker of its own
    if file.startswith(CAMPUS_TESTS):
        return CAMPUS_TESTS
    return "browsers" if file in BROWSERS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWorkerAFile:
    return OneWorkerAFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_longest_first)
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        if on_postgres and ("any_database" in item.keywords or not _asks_a_database(item)):
            item.add_marker(pytest.mark.skip(reason="what it shows does not hang on the database: seen on SQLite"))
        if "postgres" in item.keywords and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))
        if "browser" in item.keywords and not Path(CHROMIUM).exists():
            item.add_marker(pytest.mark.skip(reason=f"needs Chromium at {CHROMIUM}: install Debian's package chromium"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: Python's collector need not look through it again."""
    gc.collect()
    gc.freeze()


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures: Collection[str] = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(fixtures)


def _longest_first(item: pytest.Item) -> int:
    """What takes longest begins, so that no worker is left alone with it at the end."""
    file = item.nodeid.split("::")[0]
    return 0 if file in BROWSERS else 1 if file.startswith((CAMPUS_TESTS, MODEL_TESTS)) else 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What did not run is said loudly, and which database the rest ran on."""
    terminalreporter.write_line(f"database: {connection.vendor}")
    for reason in sorted(
        {
            str(report.longrepr[2])
            for report in terminalreporter.stats.get("skipped", [])
            if isinstance(report.longrepr, tuple)
        }
    ):
        terminalreporter.write_line(f"SKIPPED TESTS: {reason}", yellow=True, bold=True)
