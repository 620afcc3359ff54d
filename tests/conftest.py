import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from tests.incentives.flushing import _flush_takes_the_ledger_along  # noqa: F401  (a fixture)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CAMPUS = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in term, outside the quiet hours."""
    return datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """Nothing that one test counted or chose reaches the next."""
    cache.clear()
    with translation.override("en"):
        yield


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker a file, because files share fixtures; the journeys together share one running service."""
    group = "journeys" if item.get_closest_marker("browser") else str(item.path.relative_to(item.config.rootpath))
    item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        if "postgres" in item.keywords and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))
        if "browser" in item.keywords and not Path(CHROMIUM).exists():
            item.add_marker(pytest.mark.skip(reason=f"needs Chromium at {CHROMIUM}: install Debian's package chromium"))


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
