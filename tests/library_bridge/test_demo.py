"""The campus that the API's clients and the pages rely on."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from pytest_django import Settings

from library_bridge import demo, patrons
from library_bridge.invariants import CHECKS
from library_bridge.models import (
    Area,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedRecord,
    LibraryLoan,
    Patron,
    Reader,
)

pytestmark = pytest.mark.any_database

CLASSES = ("TP317", "O22", "B848.4", "I247.57")


@pytest.fixture
def loaded(db: None, now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.DEMO_TITLES = tmp_path / "titles.csv"
    with settings.DEMO_TITLES.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        names = "key,title,subtitle,creators,translators,publisher,year,language,isbn13,clc,ddc,subjects"
        out.writerow(names.split(","))
        for n in range(400):
            isbn = f"978{n:010d}" if n % 10 else ""
            row = [
                f"t{n + 1:03d}",
                f"书 {n + 1}",
                "",
                "甲|乙",
                "",
                "",
                "2009",
                "chi",
                isbn,
                CLASSES[n % 4],
                "",
                "一|二",
            ]
            out.writerow(row)
    demo.load(now=now)


def loans_of(card_number: str) -> list[LibraryLoan]:
    return list(LibraryLoan.objects.open().filter(patron__card_number=card_number))


def test_sixty_cards_sign_in_with_one_pin(loaded: None, now: datetime) -> None:
    assert Patron.objects.count() == 60
    for number in ("2023000001", "2023000060"):
        reader = patrons.sign_in(library_code="demo", card_number=number, pin="246810", address="::1", now=now)
        assert reader.display_name
    assert Reader.objects.filter(patrons__card_number="2023000001").get().display_name == "Alice"


def test_readers_have_a_pseudonym_an_area_and_follow_the_browser(loaded: None) -> None:
    readers = Reader.objects.filter(patrons__isnull=False)
    assert Area.objects.count() == len(set(readers.values_list("area", flat=True))) == 4
    assert len(set(readers.values_list("pseudonym", flat=True))) == 60
    assert set(readers.values_list("language", flat=True)) == {""}
    assert len(set(readers.values_list("display_name", flat=True))) == 60


def test_the_stock_has_call_numbers_and_the_wished_for_titles(loaded: None) -> None:
    assert (EmbeddedRecord.objects.count(), EmbeddedItem.objects.count()) == (300, 332)
    assert len(set(EmbeddedRecord.objects.values_list("call_number", flat=True))) == 300
    wished = EmbeddedLoan.objects.filter(item__record__title__in=[f"书 {n}" for n in range(1, 13)])
    assert wished.values("item__record").distinct().count() == 12


def test_alice_has_what_others_want(loaded: None, now: datetime) -> None:
    loans = loans_of("2023000001")
    free = [loan for loan in loans if 10 <= (loan.due_at - now).days <= 30 and not loan.hold_count]
    assert {"书 6", "书 7"} <= {loan.title for loan in free}
    assert len(free) >= 4
    assert any(loan.due_at - now < timedelta(days=3) for loan in loans)
    assert any(loan.hold_count for loan in loans)
    assert [len(loans_of(f"202300000{n}")) for n in (2, 3)] == [2, 2]


def test_every_kind_of_loan_occurs(loaded: None, now: datetime) -> None:
    loans = LibraryLoan.objects.open()
    assert loans.count() == EmbeddedLoan.objects.count() >= 120
    assert loans.filter(due_at__lt=now).count() >= 5
    assert loans.filter(due_at__range=(now, now + timedelta(days=3))).count() >= 5
    assert loans.filter(renewals_left=0).count() >= 5
    assert loans.filter(hold_count__gt=0).count() >= 5
    reasons = set(Patron.objects.values_list("blocked_reason", flat=True))
    assert reasons == {"", "card_blocked", "card_expired", "loan_limit"}


def test_loans_end_at_23_59_local_and_began_before_now(loaded: None, now: datetime) -> None:
    for loan in LibraryLoan.objects.select_related("library"):
        assert loan.due_at.astimezone(loan.library.zone).strftime("%H:%M") == "23:59"
        assert loan.checked_out_at is not None
        assert loan.checked_out_at < now


def test_staff_come_in_and_stand_in_their_groups(loaded: None) -> None:
    lin, *others = (authenticate(username=name, password="246810") for name in ("lin", "branch", "curator", "wen"))
    assert isinstance(lin, Reader)
    assert lin.is_superuser
    groups = [group.name for other in others if isinstance(other, Reader) for group in other.groups.all()]
    assert groups == ["Branch librarians", "Cataloguers", "Librarians"]


def test_a_second_run_changes_nothing(loaded: None, now: datetime) -> None:
    before = everything()
    demo.load(now=now + timedelta(days=3))
    assert everything() == before


def everything() -> dict[str, list[dict[str, object]]]:
    models = apps.get_app_config("library_bridge").get_models()
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_the_same_campus_every_time(loaded: None, now: datetime) -> None:
    """A few facts that only the seed decides."""
    loans = EmbeddedLoan.objects.order_by("item__barcode")
    digest = sum(
        int(loan.item.barcode) * int(loan.patron.card_number) for loan in loans.select_related("item", "patron")
    )
    assert digest == 351646950524304560


def test_the_campus_keeps_every_invariant(loaded: None) -> None:
    assert [line for check in CHECKS for line in check.violations()] == []
