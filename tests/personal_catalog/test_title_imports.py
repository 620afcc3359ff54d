"""Titles from files, by command and in the admin."""

import gzip
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader
from personal_catalog import bulk, due, headings, title_imports, title_rows
from personal_catalog.errors import ImportRefused, NotAllowed
from personal_catalog.models import Copy, Title, TitleImport
from tests import factories as cast
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
LIST = f"""书名,作者,译者,出版社,出版年,ISBN,丛书,中图分类号
拖延心理学,[美] 简·博克,蒋永强,中国人民大学出版社,2009-12,{PROCRASTINATION},,B842.6
围城,钱锺书 著,,人民文学出版社,1991,{FORTRESS},,I246.5
坏号,某人,,,,9787300113907,,
,,,,,,,
,,,,2001,,,
手抄本,某人,,,2001,,,
"""


@pytest.fixture
def lin(client: Client) -> Client:
    client.force_login(factories.curator())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def run(path: Path, *how: str) -> dict[str, object]:
    out = StringIO()
    call_command("import_titles", str(path), "--json", *how, stdout=out)
    return dict(json.loads(out.getvalue()))


def figures(summary: dict[str, object]) -> list[object]:
    return [summary[name] for name in ("total", "created", "matched", "failed")]


def test_a_list_becomes_titles_without_copies(file: Path) -> None:
    summary = run(file)
    assert list(summary) == ["total", "created", "matched", "failed", "seconds", "problems"]
    assert figures(summary) == [5, 3, 0, 2]
    assert [(row["row"], row["code"]) for row in summary["problems"]] == [("4", "wrong_check_digit"), ("6", "untitled")]
    title = Title.objects.get(isbns__isbn13=PROCRASTINATION)
    assert (title.creators, title.translators, title.year, title.clc) == (["简·博克"], ["蒋永强"], 2009, "B842.6")
    assert (title.status, Copy.objects.count()) == ("approved", 0)


@pytest.mark.parametrize("packed", [False, True])
def test_running_it_again_creates_nothing(file: Path, packed: bool) -> None:
    if packed:
        file.write_bytes(gzip.compress(file.read_bytes()))
    assert figures(run(file)) == [5, 3, 0, 2]
    assert figures(run(file)) == [5, 0, 3, 2]
    assert Title.objects.count() == 3


def test_a_preview_says_the_same_and_changes_nothing(file: Path, now: datetime) -> None:
    factories.title("围城", now=now, isbns=[FORTRESS], creators=["钱锺书"])
    assert figures(run(file, "--preview")) == [5, 2, 1, 2]
    assert Title.objects.count() == 1


def test_a_preview_knows_an_author_by_any_form_of_the_name(tmp_path: Path, now: datetime) -> None:
    lin = factories.curator()
    headings.save_heading(kind="creator", name="钱锺书", variants=["钱默存"], actor=lin, now=now)
    factories.title("围城", now=now, creators=["钱锺书"])
    path = tmp_path / "list.csv"
    path.write_text("书名,作者\n围城,钱默存\n人生边上,钱默存\n人生边上,钱锺书\n")
    assert figures(run(path, "--preview")) == [3, 1, 2, 0]
    assert figures(run(path)) == [3, 1, 2, 0]


SCATTERED = f"""书名,作者,出版年,ISBN
围城,钱锺书,1991,{FORTRESS}
手抄本,某人,2001,
拖延心理学,简·博克,2009,{PROCRASTINATION}
围城(精装),钱锺书,1991,{FORTRESS}
手抄本,某人,2001,
手抄本,某人,2002,
拖延心理学,简·博克,2009,
拖延心理学,简·博克,2009,9787544270878
"""


def test_a_preview_counts_a_book_once_however_far_its_rows_stand_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(title_rows, "AT_ONCE", 2)
    path = tmp_path / "list.csv"
    path.write_text(SCATTERED)
    job = title_imports.run(import_id=started(factories.curator(), now, SCATTERED).pk, now=now)
    assert told(job) == ("previewed", 8, 5, 3, 0)
    assert figures(run(path, "--preview")) == [8, 5, 3, 0]
    assert figures(run(path)) == [8, 5, 3, 0]


def test_a_preview_that_another_worker_ends_counts_a_book_once(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """N6"""
    monkeypatch.setattr(title_rows, "AT_ONCE", 2)
    job = started(factories.curator(), now, SCATTERED)
    while job.status == "reading":
        job = title_imports.run(import_id=job.pk, now=now, seconds=0)
    assert told(job) == ("previewed", 8, 5, 3, 0)


def test_without_json_each_bad_row_is_named_and_how_it_is_mended(file: Path) -> None:
    out = StringIO()
    call_command("import_titles", str(file), stdout=out)
    bad, untitled, summary = out.getvalue().splitlines()
    assert bad.startswith("row 4: The last digit of 9787300113907 doesn’t fit")
    assert untitled.startswith("row 6: ")
    assert summary.startswith("total 5, created 3, matched 0, failed 2, seconds ")


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    for content in (b"", b"a,b\n1,2", b"\x89PNG\r\n\x1a\n\0\0\0"):
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        with pytest.raises(CommandError):
            run(path)
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.csv")


def test_a_number_alone_is_found_and_an_unknown_one_named(tmp_path: Path, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    path = tmp_path / "numbers.txt"
    path.write_text(f"{PROCRASTINATION}\n{FORTRESS}\n")
    summary = run(path)
    assert figures(summary) == [2, 0, 1, 1]
    assert summary["problems"][0]["code"] == "no_title"


def started(lin: Reader, now: datetime, content: str = LIST) -> TitleImport:
    return title_imports.start(actor=lin, name="list.csv", content=content.encode(), format="auto", now=now)


def told(job: TitleImport) -> tuple[object, ...]:
    return job.status, job.done, job.created, job.matched, job.failed


def test_a_file_is_looked_at_and_then_taken_over(now: datetime) -> None:
    lin = factories.curator()
    job = title_imports.run(import_id=started(lin, now).pk, now=now)
    assert (told(job), Title.objects.count()) == (("previewed", 5, 3, 0, 2), 0)
    title_imports.confirm(import_id=job.pk, actor=lin, now=now)
    for _again in range(2):
        job = title_imports.run(import_id=job.pk, now=now)
        assert (told(job), Title.objects.count(), bytes(job.content)) == (("done", 5, 3, 0, 2), 3, b"")
    assert [(row.place, row.code) for row in job.problems.all()] == [("4", "wrong_check_digit"), ("6", "untitled")]
    assert set(Title.objects.values_list("created_by__display_name", flat=True)) == {"Lin"}


def test_after_a_crash_the_sweep_goes_on_where_it_stopped(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """S2, N6"""
    monkeypatch.setattr(title_rows, "AT_ONCE", 2)
    lin = factories.curator()
    job = title_imports.run(import_id=started(lin, now).pk, now=now)
    title_imports.confirm(import_id=job.pk, actor=lin, now=now)
    assert told(title_imports.run(import_id=job.pk, now=now, seconds=0)) == ("running", 2, 2, 0, 0)
    taken = next(news for news in due.act(now=now + timedelta(minutes=6)) if news["did"] == "titles.import_run")
    assert (taken["done"], taken["status"]) == (5, "done")
    job.refresh_from_db()
    assert (told(job), Title.objects.count()) == (("done", 5, 3, 0, 2), 3)


def test_a_portion_that_another_worker_has_done_is_not_done_again(now: datetime) -> None:
    lin = factories.curator()
    job = started(lin, now)
    TitleImport.objects.filter(pk=job.pk).update(status="running")
    assert title_imports._take(job.pk, [], "running", 0, now)
    assert not title_imports._take(job.pk, [], "running", 300, now)


def test_a_bug_ends_the_job_and_keeps_what_is_in(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(factories.curator(), now)
    monkeypatch.setattr(bulk, "foresee", lambda *_, **__: 1 / 0)
    assert (title_imports.run(import_id=job.pk, now=now).failure, list(due.act(now=now))) == ("broken", [])


def test_limits_are_the_readers_own(now: datetime, settings: Settings) -> None:
    settings.IMPORTS_AT_ONCE = 1
    lin = factories.curator()
    started(lin, now)
    with pytest.raises(ImportRefused, match="imports_running"):
        started(lin, now)
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(ImportRefused, match="too_large"):
        started(factories.curator("Mei"), now)


def test_charlie_imports_nothing(client: Client, now: datetime) -> None:
    """T-L1"""
    charlie = cast.reader("Charlie", is_staff=True)
    with pytest.raises(NotAllowed):
        started(charlie, now)
    job = started(factories.curator(), now)
    with pytest.raises(TitleImport.DoesNotExist):
        title_imports.confirm(import_id=job.pk, actor=charlie, now=now)
    client.force_login(charlie)
    for url in (reverse("catalog-import"), job.get_absolute_url()):
        assert client.get(url).status_code in (302, 403)
        assert client.post(url).status_code in (302, 403)
    job.refresh_from_db()
    assert job.status == "reading"


@pytest.mark.django_db(transaction=True)
def test_lin_uploads_a_list_looks_at_it_and_imports_it(lin: Client) -> None:
    file = SimpleUploadedFile("list.csv", LIST.encode("gb18030"))
    page = lin.post(reverse("catalog-import"), {"file": file, "format": "auto"}, follow=True)
    assert "Preview: nothing has been changed" in page.content.decode()
    assert "The last digit of 9787300113907 doesn’t fit" in page.content.decode()
    assert Title.objects.count() == 0
    done = lin.post(page.redirect_chain[-1][0], follow=True).content.decode()
    assert (Title.objects.count(), TitleImport.objects.get().status) == (3, "done")
    assert "In the catalogue already" in done
    assert ModelLogEntry.objects.filter(action="personal_catalog.import").count() == 1
    assert "list.csv" in lin.get(reverse("catalog-import")).content.decode()


def test_the_report_says_what_to_do_with_the_rest(lin: Client) -> None:
    file = SimpleUploadedFile("list.csv", "书名,作者,ISBN\n围城,钱锺书,\n坏号,某人,9787300113907\n".encode())
    url = lin.post(reverse("catalog-import"), {"file": file, "format": "auto"})["Location"]
    assert "were left out" not in lin.get(url).content.decode()
    page = lin.post(url, follow=True).content.decode()
    assert "Rows that have to be mended were left out." in page
    assert f'href="{reverse("catalog-import")}">Another file</a>' in page


def test_what_is_no_list_says_so_on_its_page(lin: Client, now: datetime) -> None:
    job = started(Reader.objects.get(), now, "a,b\n1,2")
    title_imports.run(import_id=job.pk, now=now)
    assert "neither MARC nor a table" in lin.get(job.get_absolute_url()).content.decode()


def test_a_preview_can_be_dropped(lin: Client, now: datetime) -> None:
    job = title_imports.run(import_id=started(Reader.objects.get(), now).pk, now=now)
    lin.post(job.get_absolute_url(), {"drop": "1"})
    job.refresh_from_db()
    assert (job.status, job.failure, bytes(job.content), Title.objects.count()) == ("failed", "dropped", b"", 0)


def test_a_book_of_douban_is_found_by_its_number_or_named(tmp_path: Path, now: datetime) -> None:
    factories.title("围城", now=now, isbns=[FORTRESS], creators=["钱锺书"], numbers=["douban:1008145"])
    path = tmp_path / "douban.csv"
    line = '"{}","5","2010/01/01","https://book.douban.com/subject/{}/",""\n'
    path.write_text(
        "标题,个人评分,打分日期,条目链接,评论\n" + line.format("围城", "1008145") + line.format("活着", "4913064")
    )
    summary = run(path)
    assert figures(summary) == [2, 0, 1, 1]
    assert summary["problems"][0]["code"] == "which_book"
