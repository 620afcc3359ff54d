"""The checks of the ledger and the lists that no other file tampers with."""

from datetime import datetime, timedelta

import pytest

from incentives import invariants, ledger
from incentives.models import Account, Entry, LeaderboardEntry, ReaderChoice
from tests.incentives.factories import a_reader, given

pytestmark = pytest.mark.django_db


def lines(id: str) -> list[str]:
    return [line for check in invariants.CHECKS if check.id == id for line in check.violations()]


def test_m6_a_redemption_of_what_is_owed_is_named(now: datetime) -> None:
    alice, lin = a_reader("Alice"), a_reader("Lin")
    ledger.adjust(reader=alice, points=-20, actor=lin, at=now - timedelta(days=40))
    given(alice, 30, now=now)
    account = ledger.lock(alice)[alice.pk]
    redeemed = ledger.service_account(Account.Kind.REDEMPTION)
    facts = {"kind": Entry.Kind.REDEMPTION, "account": account, "reason": "redemption"}
    ledger._post({account: -10, redeemed: 10}, at=now - timedelta(days=2), **facts)
    assert lines("M6") == []
    ledger._post({account: -5, redeemed: 5}, at=now - timedelta(days=1), **facts)
    [line] = lines("M6")
    assert "5 points owed" in line


@pytest.mark.parametrize(("takes_part", "pseudonym", "named"), [(True, "Owl", 0), (False, "Owl", 1), (True, "", 1)])
def test_p7_a_row_of_a_reader_who_does_not_take_part_is_named(takes_part: bool, pseudonym: str, named: int) -> None:
    alice = a_reader("Alice", leaderboard_opt_in=takes_part, pseudonym="Owl")
    LeaderboardEntry.objects.create(
        board="lenders", period="week", place=1, position=1, reader=alice, pseudonym=pseudonym, count=3
    )
    assert len(lines("P7")) == named


@pytest.mark.parametrize(("agreed", "named"), [(None, 1), (False, 1), (True, 0)])
def test_p7_a_row_on_a_narrow_list_that_was_not_agreed_to_is_named(agreed: bool | None, named: int) -> None:
    alice = a_reader("Alice", leaderboard_opt_in=True, pseudonym="Owl")
    if agreed is not None:
        ReaderChoice.objects.create(reader=alice, on_narrow_lists=agreed)
    LeaderboardEntry.objects.create(
        board="lenders", period="week", scope="area-1", place=1, position=1, reader=alice, pseudonym="Owl", count=3
    )
    assert len(lines("P7")) == named
