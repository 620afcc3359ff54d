"""Holds of the embedded system: who may wait for what, and who is next."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from library_bridge.adapters.embedded import holds
from library_bridge.models import CirculationRule, EmbeddedHold, EmbeddedItem, EmbeddedPatron
from library_bridge.ports import Refused
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus, charged, item

S = EmbeddedItem.Status


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def place(campus: Campus, card: str, made: EmbeddedItem, now: datetime) -> EmbeddedHold:
    return holds.place(campus.library, card_number=card, barcode=made.barcode, now=now)


def test_whoever_waits_gets_what_comes_back(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold = place(campus, campus.bob.card_number, made, now)
    campus.system(now).check_in(made.barcode)
    kept = holds.kept_for(campus.library, made.barcode)
    assert kept == hold
    assert kept is not None
    assert kept.filled_at == now


def test_any_item_of_the_title_will_do(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    other = EmbeddedItem.objects.create(
        library=campus.library, barcode="twin", record=made.record, item_type=campus.book
    )
    campus.system(now).check_out(campus.charlie.card_number, other.barcode)
    place(campus, campus.bob.card_number, made, now)
    campus.system(now).check_in(other.barcode)
    assert campus.system(now).check_in(made.barcode).status == "available"
    assert campus.system(now).check_out(campus.bob.card_number, other.barcode).barcode == "twin"
    assert not holds.waiting().exists()


def test_a_cancelled_hold_leaves_the_shelf_to_the_next(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    first = place(campus, campus.bob.card_number, made, now)
    second = place(campus, campus.charlie.card_number, made, now + timedelta(hours=1))
    campus.system(now).check_in(made.barcode)
    holds.cancel(campus.library, card_number=campus.bob.card_number, barcode=made.barcode, now=now)
    assert holds.kept_for(campus.library, made.barcode) == second
    holds.cancel_hold(hold_id=second.pk, now=now)
    assert EmbeddedItem.objects.get(pk=made.pk).status == S.IN_CIRCULATION
    assert EmbeddedHold.objects.get(pk=first.pk).cancelled_at == now


def test_an_item_that_was_given_to_another_record_leaves_the_shelf_too(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    kept = place(campus, campus.bob.card_number, made, now)
    campus.system(now).check_in(made.barcode)
    EmbeddedItem.objects.filter(pk=made.pk).update(record=item(campus).record)
    holds.cancel_hold(hold_id=kept.pk, now=now)
    assert EmbeddedItem.objects.get(pk=made.pk).status == S.IN_CIRCULATION


def test_who_has_no_hold_cancels_none(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    place(campus, campus.bob.card_number, made, now)
    card = campus.charlie.card_number
    assert code_of(lambda: holds.cancel(campus.library, card_number=card, barcode=made.barcode, now=now)) == "no_hold"


@pytest.mark.parametrize(
    ("fields", "code"), [({"blocked": True}, "card_blocked"), ({"lost": True}, "card_lost"), ({"fines": 51}, "card_blocked")]
)  # fmt: skip
def test_a_card_that_may_not_borrow_may_not_wait(
    campus: Campus, now: datetime, fields: dict[str, object], code: str
) -> None:
    made = charged(campus, campus.alice, now=now)
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(**fields)
    assert code_of(lambda: place(campus, campus.bob.card_number, made, now)) == code


def test_nobody_waits_for_what_they_have_or_could_have(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    free = item(campus)
    place(campus, campus.bob.card_number, made, now)
    assert code_of(lambda: place(campus, campus.alice.card_number, made, now)) == "already_on_card"
    assert code_of(lambda: place(campus, campus.bob.card_number, made, now)) == "hold_exists"
    assert code_of(lambda: place(campus, campus.bob.card_number, free, now)) == "on_shelf"
    assert code_of(lambda: place(campus, "999", made, now)) == "unknown_patron"


def test_the_rule_says_how_many_holds(campus: Campus, now: datetime) -> None:
    CirculationRule.objects.update(hold_limit=1)
    place(campus, campus.bob.card_number, charged(campus, campus.alice, now=now), now)
    other = charged(campus, campus.alice, now=now)
    assert code_of(lambda: place(campus, campus.bob.card_number, other, now)) == "hold_limit"
    CirculationRule.objects.all().delete()
    assert code_of(lambda: place(campus, campus.charlie.card_number, other, now)) == "not_for_loan"


def test_the_database_keeps_one_hold_a_card_and_title(campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    factories.hold(made, campus.card(campus.bob), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.hold(made, campus.card(campus.bob), now=now)
