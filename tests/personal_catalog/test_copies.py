from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.errors import CopyAway, CopyWithdrawn
from personal_catalog.models import Copy, CustodyRecord
from personal_catalog.signals import copies_listed, copy_paused, copy_resumed, copy_withdrawn
from tests.personal_catalog import factories

pytestmark = pytest.mark.django_db


def test_a_registered_copy_is_listed_and_begins_its_chain(alice: Reader, copy: Copy) -> None:
    assert (copy.owner, copy.holder, copy.status, copy.area) == (alice, alice, Copy.Status.LISTED, "plum")
    record = copy.custody.get()
    assert (record.to_holder, record.previous, record.reason) == (alice, None, CustodyRecord.Reason.REGISTERED)


def test_the_label_number_can_be_read_aloud(copy: Copy) -> None:
    assert len(copy.code) == 8
    assert not set(copy.code) & set("0O1I")


def test_listing_is_news(alice: Reader, now: datetime) -> None:
    told: list[Copy] = []

    def listen(sender: object, copies: list[Copy], **kwargs: object) -> None:
        told.extend(copies)

    copies_listed.connect(listen)
    copy = factories.copy(alice, now=now)
    copies_listed.disconnect(listen)
    assert told == [copy]


def test_pausing_resuming_and_withdrawing_are_news_once(alice: Reader, copy: Copy, now: datetime) -> None:
    told: list[object] = []

    def listen(signal: Signal, **kwargs: object) -> None:
        told.append(signal)

    for signal in (copy_paused, copy_resumed, copy_withdrawn):
        signal.connect(listen)
    for status in ("paused", "paused", "listed"):
        copies.update_copy(copy_id=copy.pk, actor=alice, changes={"status": status}, now=now)
    for _again in range(2):
        copies.withdraw_copy(copy_id=copy.pk, actor=alice, now=now)
    for signal in (copy_paused, copy_resumed, copy_withdrawn):
        signal.disconnect(listen)
    assert told == [copy_paused, copy_resumed, copy_withdrawn]


def test_whoever_holds_a_drifting_copy_may_pause_it_and_nobody_else(
    alice: Reader, bob: Reader, charlie: Reader, now: datetime
) -> None:
    drifting = factories.copy(alice, now=now, mode="drift")
    copies.move_custody(copy=drifting, to_holder=bob, reason="handover", now=now)
    assert copies.pause_copy(copy_id=drifting.pk, actor=bob, now=now).status == Copy.Status.PAUSED
    assert copies.resume_copy(copy_id=drifting.pk, actor=bob, now=now).status == Copy.Status.LISTED
    with pytest.raises(Copy.DoesNotExist):
        copies.pause_copy(copy_id=drifting.pk, actor=charlie, now=now)


def test_a_borrower_does_not_pause_a_copy_that_is_lent(alice: Reader, bob: Reader, copy: Copy, now: datetime) -> None:
    copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    with pytest.raises(Copy.DoesNotExist):
        copies.pause_copy(copy_id=copy.pk, actor=bob, now=now)


def test_a_withdrawn_copy_is_not_resumed(alice: Reader, copy: Copy, now: datetime) -> None:
    copies.withdraw_copy(copy_id=copy.pk, actor=alice, now=now)
    with pytest.raises(CopyWithdrawn):
        copies.resume_copy(copy_id=copy.pk, actor=alice, now=now)


def test_a_second_copy_of_a_title_is_allowed(alice: Reader, copy: Copy, now: datetime) -> None:
    assert copies.latest_of(owner=alice, title=copy.title) == copy
    assert factories.copy(alice, of=copy.title, now=now).pk != copy.pk


def test_the_owner_changes_what_may_be_changed_and_nothing_else(
    alice: Reader, bob: Reader, copy: Copy, now: datetime
) -> None:
    """T-R4"""
    changes = {
        "mode": "drift",
        "note": "  第三章\n有划线 ",
        "status": "paused",
        "owner": bob.pk,
        "code": "AAAAAAAA",
        "holder": bob.pk,
    }
    copies.update_copy(copy_id=copy.pk, actor=alice, changes=changes, now=now)
    after = Copy.objects.get(pk=copy.pk)
    assert (after.mode, after.note, after.status) == ("drift", "第三章 有划线", "paused")
    assert (after.owner, after.holder, after.code) == (alice, alice, copy.code)


@pytest.mark.parametrize(
    "changes", [{"mode": "sell"}, {"status": "withdrawn"}, {"condition": ""}, {"visibility": "friends"}]
)
def test_a_word_that_is_no_choice_is_refused(alice: Reader, copy: Copy, changes: dict[str, str], now: datetime) -> None:
    with pytest.raises(ValueError, match="is not a"):
        copies.update_copy(copy_id=copy.pk, actor=alice, changes=changes, now=now)


def test_charlie_cannot_change_or_withdraw_it(charlie: Reader, copy: Copy, now: datetime) -> None:
    """T-R2"""
    with pytest.raises(Copy.DoesNotExist):
        copies.update_copy(copy_id=copy.pk, actor=charlie, changes={"mode": "gift"}, now=now)
    with pytest.raises(Copy.DoesNotExist):
        copies.withdraw_copy(copy_id=copy.pk, actor=charlie, now=now)


def test_a_copy_that_is_away_is_neither_withdrawn_nor_lent_otherwise(
    alice: Reader, bob: Reader, copy: Copy, now: datetime
) -> None:
    """T-O3"""
    with transaction.atomic():
        copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    with pytest.raises(CopyAway):
        copies.withdraw_copy(copy_id=copy.pk, actor=alice, now=now)
    with pytest.raises(CopyAway):
        copies.update_copy(copy_id=copy.pk, actor=alice, changes={"mode": "gift"}, now=now)
    assert (
        copies.update_copy(copy_id=copy.pk, actor=alice, changes={"note": "bald zurück"}, now=now).note == "bald zurück"
    )


def test_the_database_refuses_to_withdraw_a_copy_that_is_away(bob: Reader, copy: Copy, now: datetime) -> None:
    """T-O3"""
    copies.move_custody(copy=copy, to_holder=bob, reason="handover", now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Copy.objects.filter(pk=copy.pk).update(status="withdrawn", withdrawn_at=now)


def test_a_withdrawn_copy_keeps_its_history(alice: Reader, copy: Copy, now: datetime) -> None:
    """C8"""
    for _again in range(2):
        copies.withdraw_copy(copy_id=copy.pk, actor=alice, now=now)
    assert Copy.objects.owned_by(alice).count() == 0
    assert copy.custody.count() == 1
    with pytest.raises(CopyWithdrawn):
        copies.update_copy(copy_id=copy.pk, actor=alice, changes={"status": "listed"}, now=now)


def test_readers_see_what_is_listed_for_them_and_what_is_theirs(
    alice: Reader, bob: Reader, copy: Copy, now: datetime
) -> None:
    hidden = factories.copy(alice, now=now, visibility="nobody")
    assert set(Copy.objects.visible_to(alice)) == {copy, hidden}
    assert set(Copy.objects.visible_to(bob)) == {copy}


def test_only_what_is_listed_shown_and_not_for_display_is_lendable(alice: Reader, copy: Copy, now: datetime) -> None:
    factories.copy(alice, now=now, visibility="nobody")
    factories.copy(alice, now=now, mode="display")
    paused = factories.copy(alice, now=now)
    copies.update_copy(copy_id=paused.pk, actor=alice, changes={"status": "paused"}, now=now)
    assert list(Copy.objects.lendable()) == [copy]
