"""What the preview of an import says before anything is listed: each row as the run will take it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import due, import_runs, imports
from personal_catalog.models import Copy, ImportJob, LocalRecord, Title, TitleIsbn
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION
from tests.personal_catalog.test_imports import TABLE, start, told

pytestmark = pytest.mark.django_db


def test_a_preview_lists_nothing(alice: Reader, now: datetime) -> None:
    job = start(alice, TABLE, now, commit=False)
    assert (job.status, job.failed, job.done) == ("previewed", 3, 4)
    assert import_runs.run_import(job_id=job.pk, now=now).status == "previewed"
    assert Copy.objects.count() == 0


def test_a_forgotten_preview_ends(alice: Reader, now: datetime) -> None:
    job = start(alice, TABLE, now, commit=False)
    assert list(due.act(now=now + timedelta(days=8))) == [{"did": "import.preview_lapsed", "import": job.pk}]
    assert imports.confirm_import(job_id=job.pk, reader=alice, now=now).status == "failed"


def test_the_preview_says_already_what_stands_on_the_shelf(alice: Reader, bob: Reader, now: datetime) -> None:
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    factories.copy(bob, of=factories.title("围城", now=now, isbns=[FORTRESS]), now=now)
    job = start(alice, f"{PROCRASTINATION}\n{FORTRESS}\n{PROCRASTINATION}", now, commit=False)
    assert told(job) == [("skipped", "owned"), ("ready", ""), ("skipped", "repeated")]


def test_the_preview_knows_a_book_on_the_shelf_by_its_words(alice: Reader, now: datetime) -> None:
    import_runs.run_import(job_id=start(alice, "书名,作者\n手写本,某人\n", now).pk, now=now)
    job = start(alice, "书名,作者\n手写本,某人\n手写本,另一人\n", now, commit=False)
    assert told(job) == [("skipped", "owned"), ("ready", "")]
    assert Title.objects.count() == 1


TWICE = {
    "words": ("手写本,某人,,\n手写本,某人,,", "ready repeated"),
    "years": ("手写本,某人,,1999\n手写本,某人,,\n手写本,某人,,2001", "ready repeated ready"),
    "title alone": ("手写本,,,\n手写本,,,", "ready ready"),
    "number later": (f"围城,钱锺书,,\n围城,钱锺书,{FORTRESS},", "repeated ready"),
    "number first": (f"围城,钱锺书,{FORTRESS},\n围城,钱锺书,,", "ready repeated"),
    "another year": (f"围城,钱锺书,{FORTRESS},1991\n围城,钱锺书,,1980", "ready ready"),
    "catalogue": (
        f"拖延心理学,简·博克,,\n拖延心理学,简·博克,{PROCRASTINATION},\n,,9787111407010,",
        "ready repeated repeated",
    ),
}


@pytest.mark.parametrize(("rows", "says"), TWICE.values(), ids=TWICE)
def test_the_preview_knows_a_book_that_the_file_has_twice(alice: Reader, rows: str, says: str, now: datetime) -> None:
    """What it calls new is listed, each as a book of its own; nothing else is."""
    factories.title(now=now, isbns=[PROCRASTINATION, "9787111407010"])
    job = start(alice, f"书名,作者,ISBN,出版年\n{rows}\n", now, commit=False)
    assert [problem or status for status, problem in told(job)] == says.split()
    imports.confirm_import(job_id=job.pk, reader=alice, now=now)
    job = import_runs.run_import(job_id=job.pk, now=now)
    assert (job.created, Copy.objects.count()) == (says.count("ready"), says.count("ready"))
    assert Copy.objects.values("title").distinct().count() == says.count("ready")


def test_a_book_that_is_wished_for_first_and_owned_then_is_listed_as_owned(alice: Reader, now: datetime) -> None:
    table = "title,authors,isbn13,exclusive shelf\n围城,钱锺书,,to-read\n围城,钱锺书,,read\n围城,钱锺书,,read\n"
    job = start(alice, table, now, commit=False)
    assert [row.problem for row in job.rows.all()] == ["", "", "repeated"]
    imports.confirm_import(job_id=job.pk, reader=alice, leave_out=["wished"], now=now)
    assert import_runs.run_import(job_id=job.pk, now=now).created == 1


def test_a_number_typed_into_the_preview_may_be_of_another_row(alice: Reader, now: datetime) -> None:
    job = start(alice, f"9787300113907\n{FORTRESS}\n", now, commit=False)
    wrong = job.rows.get(number=1)
    imports.mend_rows(job_id=job.pk, reader=alice, numbers={wrong.pk: FORTRESS})
    assert told(job) == [("skipped", "repeated"), ("ready", "")]


def test_a_number_typed_into_the_preview_may_be_of_a_book_on_the_shelf(alice: Reader, now: datetime) -> None:
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    job = start(alice, "9787300113907", now, commit=False)
    row = job.rows.get()
    assert imports.mend_rows(job_id=job.pk, reader=alice, numbers={row.pk: PROCRASTINATION}) == []
    assert told(job) == [("skipped", "owned")]


def test_the_oldest_preview_gives_way(alice: Reader, settings: Settings, now: datetime) -> None:
    settings.IMPORTS_AT_ONCE = 2
    made = [start(alice, PROCRASTINATION, now, commit=False).pk for _ in range(3)]
    assert [ImportJob.objects.get(pk=pk).status for pk in made] == ["failed", "previewed", "previewed"]


def test_a_title_typed_into_the_preview_lists_what_no_source_knows(alice: Reader, now: datetime) -> None:
    job = start(alice, FORTRESS, now, commit=False)
    row = job.rows.get()
    imports.mend_rows(job_id=job.pk, reader=alice, names={row.pk: "  围城 "})
    imports.confirm_import(job_id=job.pk, reader=alice, now=now)
    import_runs.run_import(job_id=job.pk, now=now)
    assert told(job) == [("created", "")]
    assert Copy.objects.get().title.title == "围城"


def test_charlie_names_nothing_in_anothers_preview(alice: Reader, charlie: Reader, now: datetime) -> None:
    """T-R2"""
    job = start(alice, FORTRESS, now, commit=False)
    imports.mend_rows(job_id=job.pk, reader=charlie, names={job.rows.get().pk: "围城"})
    assert job.rows.get().title == ""


@pytest.mark.django_db(transaction=True)
def test_while_a_file_is_saved_nothing_is_looked_up(alice: Reader, now: datetime) -> None:
    """On SQLite nobody else writes meanwhile."""
    factories.copy(alice, of=factories.title("手写本", now=now, creators=["某人"]), now=now)
    with CaptureQueriesContext(connection) as asked:
        job = start(alice, f"书名,作者,ISBN\n手写本,某人,\n围城,钱锺书,{FORTRESS}\n", now, commit=False)
    said = [query["sql"] for query in asked.captured_queries]
    first, last = next(n for n, sql in enumerate(said) if sql.startswith("BEGIN")), said.index("COMMIT")
    tables = (Title, TitleIsbn, Copy, LocalRecord)
    assert not [sql for sql in said[first:last] for model in tables if f'"{model._meta.db_table}"' in sql]
    assert any(f'"{Title._meta.db_table}"' in sql for sql in said[:first])
    assert told(job) == [("skipped", "owned"), ("ready", "")]
