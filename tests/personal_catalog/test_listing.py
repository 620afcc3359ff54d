"""Listing from a page: once, however often the form comes. Two at once on PostgreSQL, with the locks and without."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from personal_catalog import due, import_runs, imports, listing
from personal_catalog.errors import OnShelf
from personal_catalog.listing import Listed
from personal_catalog.merging import merge_titles
from personal_catalog.models import Copy, ImportJob, SentForm, Title
from tests import factories as cast
from tests.personal_catalog import factories
from tests.personal_catalog.factories import PROCRASTINATION
from tests.races import together, without_locks


def send(owner: Reader, now: datetime, *, token: str = "t1", again: bool = False, **book: object) -> Listed:
    return listing.list_once(owner=owner, now=now, token=token, again=again, **(book or {"said": {"title": "手写本"}}))


@pytest.mark.django_db
def test_another_copy_is_listed_when_the_owner_says_so(alice: Reader, now: datetime) -> None:
    first = send(alice, now)
    with pytest.raises(OnShelf) as refused:
        send(alice, now, token="t2")
    assert refused.value.copy == first.copy
    second = [send(alice, now, token="t2", again=True).copy for _twice in range(2)]
    assert (second[0], Copy.objects.count()) == (second[1], 2)


@pytest.mark.django_db
def test_old_forms_are_forgotten(alice: Reader, now: datetime) -> None:
    send(alice, now)
    assert list(due.act(now=now + timedelta(hours=47))) == []
    assert list(due.act(now=now + timedelta(hours=49))) == [{"did": "sent_forms.forgotten", "count": 1}]
    assert not SentForm.objects.exists()


@pytest.mark.django_db
def test_a_merge_in_between_does_not_catch_the_copy(
    alice: Reader, lin: Reader, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged, keep = factories.title(now=now, isbns=[PROCRASTINATION]), factories.title("拖延心理学 2", now=now)
    monkeypatch.setattr("personal_catalog.titles.by_isbn", lambda isbn13: merged)
    merge_titles(keep_id=keep.pk, merge_ids=[merged.pk], actor=lin, now=now)
    assert listing.list_copy(owner=alice, number=PROCRASTINATION, now=now).copy.title == keep


def _sent_at_once(now: datetime, *tokens: str) -> list[object]:
    factories.title(now=now, isbns=[PROCRASTINATION])
    alice = cast.reader("Alice")
    return together(*[lambda t=t: send(alice, now, token=t, number=PROCRASTINATION) for t in tokens])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_form_sent_at_once_leads_to_one_copy(now: datetime) -> None:
    outcomes = _sent_at_once(now, *["t1"] * 6)
    assert {outcome.copy for outcome in outcomes if isinstance(outcome, Listed)} == {Copy.objects.get()}
    assert {type(outcome) for outcome in outcomes} == {Listed}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_locks_the_form_gives_an_error(now: datetime) -> None:
    with without_locks():
        outcomes = _sent_at_once(now, *["t1"] * 6)
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_list_one_copy(now: datetime) -> None:
    outcomes = _sent_at_once(now, "t1", "t2", "t3", "t4")
    assert Copy.objects.count() == 1
    assert sum(isinstance(outcome, OnShelf) for outcome in outcomes) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_another_edition_sent_at_once_is_one_record(now: datetime) -> None:
    there, alice = factories.title(now=now), cast.reader("Alice")
    book = {"said": {"title": there.title, "creators": there.creators}, "edition": listing.Another()}
    outcomes = together(*[lambda: send(alice, now, **book)] * 4)
    assert {outcome.copy for outcome in outcomes if isinstance(outcome, Listed)} == {Copy.objects.get()}
    assert Title.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_locks_two_tabs_list_several(now: datetime) -> None:
    with without_locks():
        _sent_at_once(now, "t1", "t2", "t3", "t4")
    assert Copy.objects.count() > 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_list_a_book_once(now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    alice = cast.reader("Alice")
    jobs = [
        imports.start_import(
            reader=alice, content=PROCRASTINATION.encode(), format="isbn_list", mode="lend", now=now, commit=True
        )
        for _twice in range(3)
    ]
    together(*[lambda job=job: import_runs.run_import(job_id=job.pk, now=now) for job in jobs])
    assert (Copy.objects.count(), ImportJob.objects.filter(status="done").count()) == (1, 3)
    assert Title.objects.count() == 1


def test_a_number_and_an_edition_are_not_said_together(alice: Reader, now: datetime) -> None:
    there = factories.title(now=now)
    with pytest.raises(ValueError, match="number"):
        send(alice, now, number=PROCRASTINATION, edition=listing.Chosen(there.pk))
