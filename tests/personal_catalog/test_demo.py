from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import demo
from personal_catalog.invariants import CHECKS
from personal_catalog.models import Copy, Title
from personal_catalog.search.query import search_titles
from personal_catalog.staff.queues import QUEUES

pytestmark = pytest.mark.django_db
HEADINGS = "key,title,subtitle,creators,translators,publisher,year,language,isbn13,clc,ddc,subjects"
ROWS = [
    "t001,运筹学,,,,,,chi,,O22,,运筹学",
    "t006,拖延心理学,,简·博克|莱诺拉·袁,蒋永强,中国人民大学出版社,2009,chi,9787300113906,B848.4,,拖延|应用心理学",
    "t017,围城,,钱锺书,,人民文学出版社,1991,chi,9787020024759,I246.5,,长篇小说",
    *(f"t{n:03d},Book {n},,Author {n},,,,eng,,,823,Novel" for n in range(18, 60)),
]


@pytest.fixture
def campus(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO_TITLES = tmp_path / "titles.csv"
    settings.DEMO_TITLES.write_text("\n".join([HEADINGS, *ROWS]), encoding="utf-8")
    names = ["Alice", "Bob", "Charlie", *(f"Reader {n}" for n in range(4, 51))]
    Reader.objects.bulk_create(
        Reader(username=f"r-demo-{n:02d}", display_name=name, leaderboard_opt_in=True) for n, name in enumerate(names)
    )


def test_the_demo_has_titles_copies_and_a_queue(campus: None, now: datetime) -> None:
    Reader.objects.create(username="lin", is_staff=True, is_superuser=True)
    demo.load(now=now)
    assert Title.objects.filter(provenance__title="demo", status="approved").count() == len(ROWS)
    assert Title.objects.filter(status="pending").count() == 3
    assert Copy.objects.values("owner").distinct().count() <= 45
    assert Copy.objects.filter(owner__display_name="Alice", title__title="围城").exists()
    assert len(search_titles("weicheng").ids) == 1


def test_every_queue_of_the_curators_has_something_in_it(campus: None, now: datetime, settings: Settings) -> None:
    settings.DEMO_TITLES = Path(settings.BASE_DIR) / "sharing" / "demo" / "titles.csv"
    Reader.objects.create(username="lin", is_staff=True, is_superuser=True)
    demo.load(now=now)
    assert [queue.code for queue in QUEUES if not queue.count()] == []


def test_loading_it_again_changes_nothing(campus: None, now: datetime) -> None:
    demo.load(now=now)
    before = list(Copy.objects.values_list("code", "title_id", "owner_id"))
    demo.load(now=now)
    assert list(Copy.objects.values_list("code", "title_id", "owner_id")) == before


def test_it_breaks_no_invariant(campus: None, now: datetime) -> None:
    demo.load(now=now)
    assert [line for check in CHECKS for line in check.violations()] == []
