import gc
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import copies, due, import_runs, imports, isbn
from personal_catalog.errors import ImportRefused
from personal_catalog.files import columns
from personal_catalog.files.packed import Packed
from personal_catalog.models import Copy, ImportJob, ImportRow, Title
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
TABLE = f"""书名,作者,ISBN,备注
拖延心理学,简·博克,978-7-300-11390-6,第一本
围城,钱锺书,ＩＳＢＮ ９７８７０２００２４７５９,"=HYPERLINK(""x"")"
拖延心理学,简·博克,{PROCRASTINATION},又一本
坏号,某人,9787300113907,
断号,某人,9.7873E+12,
手写本,某人,,没有书号
,,,
,只有号,12345,
"""


def start(
    reader: Reader, content: str | bytes, now: datetime, *, format: str = "auto", commit: bool = True, **how: Any
) -> ImportJob:
    given = content if isinstance(content, bytes) else content.encode()
    return imports.start_import(reader=reader, content=given, format=format, now=now, commit=commit, **how)


def told(job: ImportJob) -> list[tuple[str, str]]:
    return [(row.status, row.problem) for row in job.rows.all()]


def test_a_table_becomes_copies_and_a_report(alice: Reader, now: datetime) -> None:
    job = import_runs.run_import(job_id=start(alice, TABLE, now, remarks=True).pk, now=now)
    assert (job.status, job.total, job.done, job.created, job.failed) == ("done", 7, 7, 3, 3)
    assert told(job) == [
        ("created", ""),
        ("created", ""),
        ("skipped", "repeated"),
        ("failed", "wrong_check_digit"),
        ("failed", "digits_lost"),
        ("created", ""),
        ("failed", "not_isbn"),
    ]
    assert {copy.title.title for copy in Copy.objects.all()} == {"拖延心理学", "围城", "手写本"}
    assert Copy.objects.get(title__title="围城").note == '=HYPERLINK("x")'


def test_a_list_of_numbers_is_told_from_a_table(alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    job = start(alice, f"978-7-300-11390-6\n{FORTRESS}；7300113907", now)
    import_runs.run_import(job_id=job.pk, now=now)
    assert told(job) == [("created", ""), ("failed", "unknown_isbn"), ("skipped", "repeated")]


def test_running_again_and_again_lists_each_book_once(alice: Reader, now: datetime) -> None:
    """N6"""
    job = start(alice, TABLE, now)
    for _again in range(3):
        ImportJob.objects.filter(pk=job.pk).update(status="running", act_by=now)
        import_runs.run_import(job_id=job.pk, now=now)
    assert Copy.objects.count() == 3
    job.refresh_from_db()
    assert (job.done, job.created) == (7, 3)


def test_a_row_that_fails_costs_neither_the_next_ones_nor_the_sweep(
    alice: Reader, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = copies.register_copies

    def trips(*, titles: list[tuple[Title, str]], **how: Any) -> list[Copy]:
        if any(title.title == "拖延心理学" for title, _note in titles):
            raise ValueError("a bug")
        return register(titles=titles, **how)

    monkeypatch.setattr(copies, "register_copies", trips)
    job = start(alice, TABLE, now)
    assert {"did": "import.run", "import": job.pk, "done": 7, "total": 7} in list(due.act(now=now))
    job.refresh_from_db()
    assert (job.status, job.created, job.failed) == ("done", 2, 4)
    assert told(job)[:2] == [("failed", "broken"), ("created", "")]
    assert "went wrong" in job.rows.get(number=1).problem_text


def test_a_database_that_is_away_is_no_fault_of_the_row(
    alice: Reader, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(alice, TABLE, now)
    monkeypatch.setattr(copies, "register_copies", mock.Mock(side_effect=OperationalError))
    with pytest.raises(OperationalError):
        import_runs.run_import(job_id=job.pk, now=now)
    assert told(job)[0] == ("ready", "")


def test_a_job_whose_worker_died_is_taken_up_where_it_stopped(alice: Reader, now: datetime) -> None:
    """S2: the sweep finds it; what was done is not done again."""
    job = start(alice, TABLE, now)
    ImportJob.objects.filter(pk=job.pk).update(status="running", act_by=now)
    import_runs._run_row([1], job, now)
    assert list(due.act(now=now + timedelta(minutes=1))) == []
    assert list(due.act(now=now + timedelta(minutes=6))) == [
        {"did": "import.run", "import": job.pk, "done": 7, "total": 7}
    ]
    job.refresh_from_db()
    assert (job.status, job.created) == ("done", 3)


def test_what_stands_on_the_shelf_already_is_skipped(alice: Reader, now: datetime) -> None:
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    job = import_runs.run_import(job_id=start(alice, PROCRASTINATION, now).pk, now=now)
    assert told(job) == [("skipped", "owned")]


def test_charlie_cannot_confirm_it(alice: Reader, charlie: Reader, now: datetime) -> None:
    """T-R2"""
    job = start(alice, TABLE, now, commit=False)
    with pytest.raises(ImportJob.DoesNotExist):
        imports.confirm_import(job_id=job.pk, reader=charlie, now=now)


@pytest.mark.parametrize(
    ("content", "format", "code"),
    [
        (b"", "auto", "no_rows"),
        (b"a,b,c\n1,2,3", "csv", "unreadable"),
        (b"\xff\xff\xff\xff", "csv", "unreadable"),
        (b"9787300113906", "telepathy", "unknown_format"),
        (b"PK\x03\x04 but no spreadsheet", "auto", "unreadable"),
        (b"1\n" * 10_001, "isbn_list", "too_many_rows"),
        (b"," * 8_000_000, "auto", "no_rows"),
        (b"Call me Ishmael. " * 50_000, "auto", "unreadable"),
        (b"isbn" + b"," * 7_999_000, "auto", "unreadable"),
        (b"isbn" + b",isbn" * 200, "csv", "unreadable"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_as_a_whole(
    alice: Reader, content: bytes, format: str, code: str, now: datetime
) -> None:
    """T-L5"""
    with pytest.raises(ImportRefused) as refused:
        imports.start_import(reader=alice, content=content, format=format, mode="lend", now=now)
    assert refused.value.code == code
    assert ImportJob.objects.count() == 0


def test_a_row_of_too_many_columns_is_reported_and_the_others_are_taken(alice: Reader, now: datetime) -> None:
    """T-L5"""
    job = start(alice, f"isbn,title\n{PROCRASTINATION}\n{FORTRESS}{',' * 800_000}\n{FORTRESS}", now, format="csv")
    assert told(job) == [("ready", ""), ("failed", "too_long"), ("ready", "")]


def test_the_work_on_headings_grows_with_their_number_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """T-A11: each heading is looked at once, whatever stands before it."""
    looked_at: list[str] = []
    monkeypatch.setattr(columns, "plain", lambda heading: looked_at.append(heading) or heading)
    assert columns.known_columns(["isbn", "title", "x", *["x"] * 997])[:3] == ["isbn", "title", ""]
    assert len(looked_at) == 1000


def test_a_wrong_number_is_not_mended_unless_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """T-L5: thousands of bad numbers in a file cost no search for what they may have been."""
    monkeypatch.setattr(isbn, "_explained", lambda digits: pytest.fail("searched"))
    assert len(list(imports.read_rows(b"9787300113907\n" * 100, "isbn_list", most_rows=100)[1])) == 100


def test_the_file_is_read_before_the_database_is_locked(
    alice: Reader, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    outside = len(connection.savepoint_ids)
    inside: list[int] = []
    rows = (inside.append(len(connection.savepoint_ids)) for _row in range(1))
    monkeypatch.setattr(imports, "read_rows", lambda *_, **__: ("csv", (row for row in rows if row)))
    start(alice, "", now)
    assert inside == [outside]


def test_nothing_of_a_file_stays_in_memory_behind_it(alice: Reader, now: datetime) -> None:
    gc.collect()
    before = {id(one) for one in gc.get_objects()}  # what other tests hold
    gc.disable()
    try:
        import_runs.run_import(job_id=start(alice, TABLE, now).pk, now=now)
        made = (one for one in gc.get_objects() if type(one) in (ImportRow, Copy))  # isinstance would wake lazy ones
        assert [one for one in made if id(one) not in before] == []
    finally:
        gc.enable()


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_rows_come_out_as_they_were_packed(at_once: int) -> None:
    rows = list(imports.read_rows(TABLE.encode(), "auto", most_rows=7)[1])
    packed = Packed(rows, at_once=at_once)
    assert packed.total == 7
    assert [row for portion in packed.portions() for row in portion] == rows
    assert max(map(len, packed.portions())) == min(at_once, 7)


def test_a_reader_has_so_many_files_at_work_and_no_more(
    alice: Reader, charlie: Reader, settings: Settings, now: datetime
) -> None:
    settings.IMPORTS_AT_ONCE = 2
    preview = start(alice, PROCRASTINATION, now, commit=False)
    jobs = [start(alice, PROCRASTINATION, now) for _ in range(2)]
    with pytest.raises(ImportRefused, match="imports_running"):
        start(alice, PROCRASTINATION, now)
    with pytest.raises(ImportRefused, match="imports_running"):
        imports.confirm_import(job_id=preview.pk, reader=alice, now=now)
    start(charlie, PROCRASTINATION, now)
    import_runs.run_import(job_id=jobs[0].pk, now=now)
    assert imports.confirm_import(job_id=preview.pk, reader=alice, now=now).status == "queued"


def test_the_size_is_limited(alice: Reader, settings: Settings, now: datetime) -> None:
    """T-L5"""
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(ImportRefused) as refused:
        start(alice, TABLE, now)
    assert refused.value.code == "too_large"


def test_either_chinese_encoding_is_read(alice: Reader, now: datetime) -> None:
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        job = imports.start_import(reader=alice, content=TABLE.encode(encoding), format="csv", mode="lend", now=now)
        assert job.rows.get(number=2).title == "围城"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_list_each_row_once(now: datetime) -> None:
    """N6 at the same moment."""
    from tests import factories as cast

    alice = cast.reader("Alice")
    job = start(alice, "\n".join(f"title {n}" for n in range(3)), now, format="isbn_list")
    ImportRow.objects.filter(job=job).update(status="ready", problem="")
    for row in job.rows.all():
        row.facts = {"title": f"Book {row.number}", "creators": ["A"]}
        row.save()
    barrier = Barrier(2)

    def work() -> None:
        barrier.wait()
        import_runs.run_import(job_id=job.pk, now=now)
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.refresh_from_db()
    assert (Copy.objects.count(), job.created) == (3, 3)
