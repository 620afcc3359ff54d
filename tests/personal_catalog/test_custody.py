"""C4: the chain of hands each copy passes through."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.errors import BrokenCustody
from personal_catalog.invariants import CHECKS
from personal_catalog.models import Copy, CustodyRecord
from tests import factories as cast
from tests.personal_catalog import factories

custody_checks = [check for check in CHECKS if check.id == "C4"]


def violations() -> list[str]:
    return [line for check in custody_checks for line in check.violations()]


def test_c4_lending_changes_the_holder_and_never_the_owner(
    alice: Reader, bob: Reader, copy: Copy, now: datetime
) -> None:
    copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    assert (copy.owner, copy.holder) == (alice, bob)
    copies.move_custody(copy=copy, to_holder=alice, reason="return", now=now)
    assert (copy.holder, copy.area) == (alice, "plum")
    assert violations() == []


def test_c4_a_gift_changes_both_and_rests_until_the_new_owner_lists_it(bob: Reader, copy: Copy, now: datetime) -> None:
    copies.move_custody(copy=copy, to_holder=bob, reason="gift", now=now, new_owner=bob)
    assert (copy.owner, copy.holder, copy.status) == (bob, bob, Copy.Status.PAUSED)
    assert violations() == []


@pytest.mark.parametrize("reason", ["handover", "return", "librarian"])
def test_c4_only_a_gift_has_a_new_owner(bob: Reader, copy: Copy, now: datetime, reason: str) -> None:
    with pytest.raises(BrokenCustody):
        copies.move_custody(copy=copy, to_holder=bob, reason=reason, now=now, new_owner=bob)


def test_c4_a_copy_cannot_be_handed_to_who_has_it(alice: Reader, copy: Copy, now: datetime) -> None:
    with pytest.raises(BrokenCustody):
        copies.move_custody(copy=copy, to_holder=alice, reason="handover", now=now)


def test_c4_the_database_refuses_a_second_beginning_and_a_fork(
    alice: Reader, bob: Reader, copy: Copy, now: datetime
) -> None:
    first = copy.custody.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyRecord.objects.create(copy=copy, to_holder=bob, at=now, reason="registered")
    CustodyRecord.objects.create(copy=copy, previous=first, from_holder=alice, to_holder=bob, at=now, reason="handover")
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyRecord.objects.create(
            copy=copy, previous=first, from_holder=alice, to_holder=bob, at=now, reason="handover"
        )


def test_c4_the_check_sees_a_broken_chain(
    alice: Reader, bob: Reader, charlie: Reader, copy: Copy, now: datetime
) -> None:
    """The control: with the one function gone round, the check speaks."""
    copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    CustodyRecord.objects.filter(copy=copy).exclude(previous=None).update(from_holder=charlie)
    Copy.objects.filter(pk=copy.pk).update(owner=charlie)
    assert len(violations()) == 2


class Chains(TestCase):
    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from(["handover", "return", "gift", "librarian"])), max_size=12
        )
    )
    def test_c4_holds_after_any_moves(self, moves: list[tuple[int, str]]) -> None:
        now = datetime.fromisoformat("2026-11-24T10:00:00+08:00")
        readers = [cast.reader() for _ in range(3)]
        copy = factories.copy(readers[0], now=now)
        for place, (who, reason) in enumerate(moves):
            taker = readers[who]
            try:
                with transaction.atomic():
                    copies.move_custody(
                        copy=copy,
                        to_holder=taker,
                        reason=reason,
                        now=now + timedelta(hours=place),
                        new_owner=taker if reason == "gift" else None,
                    )
            except BrokenCustody:
                assert copy.holder == taker
        assert violations() == []
        assert copy.custody.get(next=None).to_holder == copy.holder
