"""Two librarians who merge the same two records at once."""

import threading
from contextlib import suppress
from datetime import datetime
from typing import Any
from unittest import mock

import pytest

from personal_catalog import merging
from personal_catalog.errors import CannotMerge
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title, TitleMerge
from tests import factories as cast
from tests.personal_catalog import factories
from tests.personal_catalog.test_parting import broken
from tests.races import together, without_locks


def _merge_at_once(now: datetime) -> list[object]:
    """Each has read the records before the other writes, unless a lock holds it back."""
    one, other = factories.title(now=now), factories.title("围城", now=now)
    lin, mo = factories.curator(), factories.curator("Mo")
    factories.copy(cast.reader("Alice"), of=other, now=now)
    both_read, move = threading.Barrier(2), merging._move_rows

    def slowly(*args: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both_read.wait(1)
        return move(*args)

    with mock.patch.object(merging, "_move_rows", slowly):
        return together(
            lambda: merge_titles(keep_id=one.pk, merge_ids=[other.pk], actor=lin, now=now),
            lambda: merge_titles(keep_id=other.pk, merge_ids=[one.pk], actor=mo, now=now),
        )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_librarians_who_merge_the_same_pair_leave_one_merger(now: datetime) -> None:
    outcomes = _merge_at_once(now)
    assert {type(outcome) for outcome in outcomes} == {Title, CannotMerge}
    merge = TitleMerge.objects.get()
    assert (merge.keep.status, merge.merged.merged_into) == ("approved", merge.keep)
    assert (merge.keep.copies.count(), broken()) == (1, [])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_locks_neither_notices_the_other(now: datetime) -> None:
    with without_locks():
        outcomes = _merge_at_once(now)
    assert CannotMerge not in {type(outcome) for outcome in outcomes}
