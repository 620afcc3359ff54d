"""The catalogue's pages, as a reader without scripts uses them."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import copies, import_runs, imports
from personal_catalog.models import Copy, ImportJob, Title
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MISTYPED = "9787300113908"
FORM = {"mode": "lend", "condition": "good", "note": "", "visibility": "everyone"}
PAGES = ("add-copy", "shelf", "labels", "import")


def text(client: Client, url: str, **query: str) -> str:
    return client.get(url, query).content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_owner_changes_a_copy(alices: Client, alice: Reader, now: datetime) -> None:
    copy = factories.copy(alice, now=now)
    url = reverse("copy", args=[copy.pk])
    assert copy.label_number in text(alices, url)
    assert alices.post(url, {**FORM, "mode": "gift", "note": "送给下一届", "paused": "on"}).status_code == 302
    copy.refresh_from_db()
    assert (copy.mode, copy.note, copy.status) == ("gift", "送给下一届", "paused")
    assert alices.post(url, {**FORM, "mode": "sell"}).status_code == 422


def test_how_a_copy_is_lent_cannot_change_while_it_is_away(
    alices: Client, alice: Reader, bob: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, now=now)
    copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    answer = alices.post(reverse("copy", args=[copy.pk]), {**FORM, "mode": "gift"})
    assert answer.status_code == 422
    assert "once it is back with you" in answer.content.decode()


def test_a_drifting_copy_is_on_its_holders_shelf_and_can_be_paused_there(
    alices: Client, bob: Reader, now: datetime, alice: Reader
) -> None:
    drifting = factories.copy(bob, now=now, mode="drift", note="from Bob's attic")
    copies.move_custody(copy=drifting, to_holder=alice, reason="handover", now=now)
    url = reverse("copy", args=[drifting.pk])
    assert f'href="{url}"' in text(alices, reverse("shelf-borrowed"))
    assert "until the next one asks for it" in text(alices, url)
    for sent, status in (({"paused": "on", "mode": "gift"}, "paused"), ({}, "listed")):
        assert alices.post(url, sent)["Location"] == url
        drifting.refresh_from_db()
        assert (drifting.status, drifting.mode) == (status, "drift")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_readers_copy_looks_like_none(alices: Client, bob: Reader, method: str, now: datetime) -> None:
    """T-R1, T-R2"""
    copy = factories.copy(bob, now=now)
    assert getattr(alices, method)(reverse("copy", args=[copy.pk])).status_code == 404
    assert copy.label_number not in text(alices, reverse("labels"), copy=str(copy.pk))


def test_an_import_is_seen_before_it_is_done(alices: Client, alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    page = alices.post(
        reverse("import"), {"numbers": f"{PROCRASTINATION}\n{MISTYPED}", "format": "auto"}, follow=True
    ).content.decode()
    assert "1 book can be listed." in page
    assert "1 row needs a look." in page
    assert Copy.objects.count() == 0
    how = {"mode": "drift", "visibility": "everyone"}
    page = alices.post(reverse("import-job", args=[ImportJob.objects.get().pk]), how, follow=True).content.decode()
    assert "1 book listed." in page
    assert (Copy.objects.get().mode, Copy.objects.get().source) == ("drift", "import")


def test_a_preview_counts_apart_what_stands_on_the_shelf(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    sent = {"numbers": f"{PROCRASTINATION}\n{FORTRESS}", "format": "auto"}
    page = alices.post(reverse("import"), sent, follow=True).content.decode()
    assert "1 book can be listed." in page
    assert "1 book already stands on your shelf and is not listed again." in page


def test_a_file_that_cannot_be_read_has_to_be_chosen_again(alices: Client) -> None:
    broken = SimpleUploadedFile("books.xlsx", b"PK no sheet at all")
    page = alices.post(reverse("import"), {"file": broken, "format": "auto"}).content.decode()
    assert "Please choose the file again." in page
    assert "still in the form" not in page


def test_while_an_import_runs_only_its_progress_is_asked_for(alices: Client, alice: Reader, now: datetime) -> None:
    content = f"{PROCRASTINATION}\n{MISTYPED}".encode()
    job = imports.start_import(reader=alice, content=content, format="auto", commit=True, now=now)
    url = reverse("import-job", args=[job.pk]) + "?page=2"
    page = text(alices, url)
    assert f'hx-get="{url}" hx-trigger="every 2s" hx-select="#import-progress"' in page
    assert (MISTYPED in page, PROCRASTINATION in page) == (True, False)
    assert "HX-Refresh" not in alices.get(url, headers=HTMX)
    import_runs.run_import(job_id=job.pk, now=now)
    assert alices.get(url, headers=HTMX)["HX-Refresh"] == "true"


def test_the_report_of_an_import_leads_on(alices: Client, alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    content = f"{PROCRASTINATION}\n{MISTYPED}".encode()
    job = imports.start_import(reader=alice, content=content, format="auto", commit=True, now=now)
    import_runs.run_import(job_id=job.pk, now=now)
    url = reverse("import-job", args=[job.pk])
    page = text(alices, url)
    assert "1 row was not listed." in page
    assert "import it again" in page
    assert all(f'href="{reverse(name)}"' in page for name in ("shelf", "import"))
    assert 'href="?"' in text(alices, url, show="problems")


def test_a_list_that_nobody_confirmed_says_so(alices: Client, alice: Reader, now: datetime) -> None:
    job = imports.start_import(reader=alice, content=PROCRASTINATION.encode(), format="auto", now=now)
    imports.drop_stale_previews(now=now + timedelta(days=8))
    assert "was not confirmed" in text(alices, reverse("import-job", args=[job.pk]))


def test_an_import_without_anything_says_so(alices: Client) -> None:
    answer = alices.post(reverse("import"), {"numbers": " ", "format": "auto", "mode": "lend"})
    assert answer.status_code == 422
    assert "Paste some ISBNs" in answer.content.decode()


def test_charlie_sees_no_import_of_alices(alices: Client, charlie: Reader, now: datetime) -> None:
    """T-R1"""
    alices.post(reverse("import"), {"numbers": PROCRASTINATION, "format": "auto", "mode": "lend"})
    alices.force_login(charlie)
    url = reverse("import-job", args=[ImportJob.objects.get().pk])
    assert alices.get(url).status_code == 404
    assert alices.post(url).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_for_readers_who_have_signed_in(client: Client, name: str) -> None:
    assert reverse("sign-in") in client.get(reverse(name))["Location"]


@pytest.mark.parametrize("name", ["labels", "add-copy"])
def test_thirty_books_need_no_more_queries_than_one(
    alices: Client, alice: Reader, bob: Reader, name: str, now: datetime
) -> None:
    def add(count: int) -> None:
        for n in range(count):
            title = factories.title(f"书 {n} {Copy.objects.count()}", now=now)
            copy = factories.copy(alice, of=title, now=now)
            if n % 3 == 0:
                copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)

    add(2)
    few = queries(alices, reverse(name))
    add(30)
    assert queries(alices, reverse(name)) == few
    assert few <= 15


def test_what_readers_type_is_text(alices: Client, alice: Reader, now: datetime) -> None:
    """T-R6, T-R7, T-R15"""
    evil = '<script>alert(1)</script>{{1111111*7}}<b hx-get="/x">'
    title = factories.title(now=now, isbns=[PROCRASTINATION])
    Title.objects.update(title=evil, creators=[evil], publisher=evil)
    copy = factories.copy(alice, of=title, now=now, note=evil)
    pages = [text(alices, reverse(name)) for name in PAGES]
    pages += [text(alices, reverse("copy", args=[copy.pk])), text(alices, reverse("add-copy"), isbn=PROCRASTINATION)]
    for page in pages:
        assert "<script>alert" not in page
        assert "<b hx-get" not in page
        assert "7777777" not in page


def test_pages_need_no_inline_style_or_script(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, now=now)
    for name in PAGES:
        page = text(alices, reverse(name))
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page


@pytest.mark.parametrize("bad", ["' OR 1=1", "-title", "__class__", "owner__password"])
def test_an_unknown_order_is_no_order(alices: Client, bad: str) -> None:
    """T-R16"""
    assert alices.get(reverse("shelf"), {"sort": bad, "page": bad}).status_code == 200


def test_the_shelf_can_be_taken_along(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, now=now)
    answer = alices.get(reverse("export-shelf"))
    assert "拖延心理学" in b"".join(answer).decode()  # type: ignore[arg-type]
    assert answer["Cache-Control"] == "no-store, private"
