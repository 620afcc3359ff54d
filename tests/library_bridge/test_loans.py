"""The snapshot follows the library system (I6), and says what may move."""

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest

from library_bridge import loans
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import EmbeddedItem, EmbeddedLoan, EmbeddedPatron, LibraryLoan
from library_bridge.ports import LoanList, LoanRecord, Refused, Unavailable
from library_bridge.transfer_claims import lease_of
from tests.library_bridge import doubles
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import Campus, charged, hold


def refreshed(campus: Campus, now: datetime) -> LibraryLoan:
    [loan] = loans.refresh_loans(patron=campus.alice, now=now)
    return loan


def test_a_refresh_shows_what_the_system_lists(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    assert (loan.barcode, loan.title, loan.creators) == (made.barcode, "拖延心理学", "简·博克; 莱诺拉·袁")
    assert (loan.due_at, loan.hold_count, loan.renewals_left, loan.checked_at) == (now + timedelta(days=20), 0, 1, now)
    campus.alice.refresh_from_db()
    assert campus.alice.loans_checked_at == now


def test_a_loan_keeps_its_id_over_a_renewal(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    first = refreshed(campus, now)
    campus.system(now).renew(campus.alice.card_number, made.barcode)
    again = refreshed(campus, now)
    assert again.pk == first.pk
    assert again.due_at > first.due_at


def test_a_returned_item_is_closed_and_not_deleted(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    campus.system(now).check_in(made.barcode)
    assert loans.refresh_loans(patron=campus.alice, now=now + timedelta(days=1)) == []
    loan.refresh_from_db()
    assert loan.closed_at == now + timedelta(days=1)


def test_an_incomplete_list_proves_no_return(campus: Campus, script: Script, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    script.on("loans", doubles.alters(loans=(), complete=False))
    assert loans.refresh_loans(patron=campus.alice, now=now) == [loan]


def test_an_item_on_another_card_leaves_this_one(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    campus.system(now).check_in(made.barcode)
    campus.system(now).check_out(campus.bob.card_number, made.barcode)
    loans.refresh_loans(patron=campus.bob, now=now)
    loan.refresh_from_db()
    assert loan.closed_at == now


def test_while_the_system_is_down_the_old_snapshot_stands(campus: Campus, script: Script, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    script.on("loans", doubles.drops_first)
    with pytest.raises(Unavailable):
        loans.refresh_loans(patron=campus.alice, now=now + timedelta(hours=1))
    loan.refresh_from_db()
    assert (loan.checked_at, loan.closed_at) == (now, None)


def test_i4_a_list_of_another_card_is_not_believed(campus: Campus, script: Script, now: datetime) -> None:
    script.on("loans", doubles.alters(card_number=campus.bob.card_number))
    with pytest.raises(Unavailable):
        loans.refresh_loans(patron=campus.alice, now=now)


@pytest.mark.parametrize("number", [1, 25])
def test_a_refresh_asks_the_database_equally_often(
    campus: Campus, now: datetime, number: int, django_assert_num_queries: Callable[..., object]
) -> None:
    for _number in range(number):
        charged(campus, campus.alice, now=now)
    loans.refresh_loans(patron=campus.alice, now=now)
    with django_assert_num_queries(15):  # type: ignore[attr-defined]
        loans.refresh_loans(patron=campus.alice, now=now)


def test_a_renewal_shows_the_systems_new_date(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = loans.renew_loan(loan_id=refreshed(campus, now).pk, actor=campus.alice.reader, now=now)
    loan.refresh_from_db()
    assert loan.due_at == EmbeddedLoan.objects.get().due_at
    assert (loan.renewable, loan.renewals_left) == (False, 0)


def test_a_second_click_does_not_use_up_another_renewal_I2(campus: Campus, now: datetime) -> None:
    campus.rule.renewal_limit = 5
    campus.rule.save()
    charged(campus, campus.alice, now=now)
    seen = refreshed(campus, now).due_at
    loan = LibraryLoan.objects.get()
    for _click in range(2):
        loan = loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, seen=seen, now=now)
    assert loan.renewals_left == 4
    assert loan.due_at > seen


def test_a_renewal_whose_answer_got_lost_is_found_and_not_repeated_I2(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    campus.system(now).renew(campus.alice.card_number, made.barcode)
    again = loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, now=now)
    assert (again.due_at, again.renewals_left) == (EmbeddedLoan.objects.get().due_at, 0)


def test_while_one_renewal_is_under_way_another_changes_nothing(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    LibraryLoan.objects.update(renewing_until=now + timedelta(minutes=1))
    assert loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, now=now).due_at == loan.due_at
    LibraryLoan.objects.update(renewing_until=now)
    assert loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, now=now).due_at > loan.due_at


def test_who_renews_slowly_keeps_the_claim_and_lets_anothers_be(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan, renew = refreshed(campus, now), EmbeddedSystem.renew
    others = now + timedelta(days=1)

    def slow(system: EmbeddedSystem, card_number: str, barcode: str) -> LoanRecord:
        claimed = LibraryLoan.objects.get().renewing_until
        assert claimed == now + lease_of(loan.library)
        LibraryLoan.objects.update(renewing_until=others)
        return renew(system, card_number, barcode)

    with mock.patch.object(EmbeddedSystem, "renew", slow):
        loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, now=now)
    assert LibraryLoan.objects.get().renewing_until == others


def test_a_list_that_was_overtaken_is_not_written_over_the_newer_one(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    refreshed(campus, now)
    ask, later = EmbeddedSystem.loans, now + timedelta(seconds=1)

    def overtaken(system: EmbeddedSystem, card_number: str) -> LoanList:
        listed = ask(system, card_number)
        system.check_in(made.barcode)
        loans.record_loans(patron=campus.alice, listed=ask(system, card_number), now=later)
        return listed

    with mock.patch.object(EmbeddedSystem, "loans", overtaken):
        assert loans.refresh_loans(patron=campus.alice, now=now) == []
    assert not LibraryLoan.objects.open().exists()


def test_charlie_cannot_renew_alices_loan(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    with pytest.raises(LibraryLoan.DoesNotExist):
        loans.renew_loan(loan_id=refreshed(campus, now).pk, actor=campus.charlie.reader, now=now)


def test_a_refused_renewal_changes_nothing(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now, renewals=1)
    loan = refreshed(campus, now)
    with pytest.raises(Refused, match="renewal_limit"):
        loans.renew_loan(loan_id=loan.pk, actor=campus.alice.reader, now=now)
    due_at = loan.due_at
    loan.refresh_from_db()
    assert loan.due_at == due_at


def test_a_loan_that_nothing_speaks_against_may_move(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    verdict = loans.may_move(loan=loan, taker=campus.bob, now=now)
    assert (verdict.ok, verdict.code) == (True, "")
    assert verdict.taker is not None
    assert loans.may_move(loan=loan, taker=None, now=now).ok


def spoil(campus: Campus, made: EmbeddedItem, what: str, now: datetime) -> None:
    system = campus.system(now)
    bob = EmbeddedPatron.objects.filter(card_number=campus.bob.card_number)
    acts: dict[str, Callable[[], object]] = {
        "hold_by_other": lambda: hold(made, campus.card(campus.charlie), now=now),
        "recalled": lambda: EmbeddedLoan.objects.update(recalled_at=now),
        "item_lost": lambda: EmbeddedItem.objects.update(status=EmbeddedItem.Status.LOST),
        "item_in_transit": lambda: EmbeddedItem.objects.update(status=EmbeddedItem.Status.IN_TRANSIT),
        "not_on_loan": lambda: system.check_in(made.barcode),
        "not_on_givers_card": lambda: EmbeddedLoan.objects.update(patron=campus.card(campus.charlie)),
        "unknown_item": lambda: EmbeddedItem.objects.update(barcode="9"),
        "card_blocked": lambda: bob.update(blocked=True),
        "card_expired": lambda: bob.update(expires_on=now.date() - timedelta(days=1)),
        "unknown_patron": lambda: bob.update(card_number="9"),
        "loan_limit": lambda: [charged(campus, campus.bob, now=now) for _number in range(5)],
    }
    acts[what]()


@pytest.mark.parametrize(
    "code",
    [
        "hold_by_other", "recalled", "item_lost", "item_in_transit", "not_on_loan", "not_on_givers_card", "unknown_item",
        "card_blocked", "card_expired", "unknown_patron", "loan_limit",
    ],
)  # fmt: skip
def test_what_speaks_against_moving_is_one_stable_code(campus: Campus, now: datetime, code: str) -> None:
    made = charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    spoil(campus, made, code, now)
    verdict = loans.may_move(loan=loan, taker=campus.bob, now=now)
    assert (verdict.ok, verdict.code) == (False, code)


@pytest.mark.parametrize("verb", ["item", "loans", "patron"])
def test_a_system_that_tells_nothing_about_one_of_them_is_against_it(
    campus: Campus, script: Script, now: datetime, verb: str
) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    script.on(verb, doubles.refuses("other"))
    assert not loans.may_move(loan=loan, taker=campus.bob, now=now).ok


@pytest.mark.parametrize("verb", ["item", "loans", "patron"])
def test_a_system_that_has_no_such_question_is_against_it(
    campus: Campus, script: Script, now: datetime, verb: str
) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    script.always[verb] = doubles.has_no_such_function
    verdict = loans.may_move(loan=loan, taker=campus.bob, now=now)
    assert (verdict.ok, verdict.code) == (False, "not_supported")


def test_nobody_takes_over_ones_own_loan(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    assert loans.may_move(loan=refreshed(campus, now), taker=campus.alice, now=now).code == "same_card"


def test_readers_see_their_own_loans_only(campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    loan = refreshed(campus, now)
    assert list(LibraryLoan.objects.visible_to(campus.alice.reader)) == [loan]
    assert not LibraryLoan.objects.visible_to(campus.charlie.reader).exists()
