"""What leaves the desk as a file."""

import csv
from datetime import datetime
from io import BytesIO, StringIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader
from sharing import lendings
from sharing.models import Lending
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser
from tests.sharing.staff.desk import DAY

pytestmark = pytest.mark.django_db


FORMULA = '=HYPERLINK("http://evil.example","win")'


@pytest.fixture
def hostile(world: World) -> Lending:
    world.title.title = FORMULA
    world.title.save()
    lending = steps.agreed(world)
    return lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, reason="@SUM(A1)", now=world.now + DAY)


def exported(name: str, who: Reader, now: datetime, kind: str) -> list[list[object]]:
    with time_machine.travel(now, tick=False):
        answer = browser(who).get(f"{reverse(name)}?export={kind}")
        body = b"".join(answer.streaming_content)
    if kind == "csv":
        return list(csv.reader(StringIO(body.decode())))  # type: ignore[arg-type]
    return [list(row) for row in load_workbook(BytesIO(body)).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["lendings:index", "requests:index", "trail:index"])
def test_no_formula_leaves_in_an_export_t_l4(name: str, kind: str, world: World, lin: Reader, hostile: Lending) -> None:
    cells = [cell for row in exported(name, lin, world.now + DAY, kind) for cell in row if isinstance(cell, str)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith(("'=", "'@")) for cell in cells)


def test_numbers_stay_numbers_in_an_export_t_l4(world: World, lin: Reader) -> None:
    steps.placed(world)
    header, row = exported("requests:index", lin, world.now, "xlsx")
    assert row[header.index("Holders asked")] == 1


def test_times_in_an_export_are_the_librarys(world: World, lin: Reader) -> None:
    steps.placed(world)
    header, row = exported("requests:index", lin, world.now, "csv")
    assert row[header.index("Placed")] == "2026-11-24 10:00"
    header, row = exported("requests:index", lin, world.now, "xlsx")
    assert row[header.index("Placed")] == datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001  (a spreadsheet knows no zones)


def test_wagtails_own_reports_leave_no_formula_either_t_l4(world: World, lin: Reader, hostile: Lending) -> None:
    ModelLogEntry.objects.log_action(hostile, "wagtail.edit", user=lin, title=FORMULA)
    rows = exported("wagtailadmin_reports:site_history", lin, world.now + DAY, "csv")
    assert [f"'{FORMULA}"] == [row[1] for row in rows if FORMULA in str(row[1])]
