"""Whoever is vouched for comes in as with card and PIN, or reads why not (C5, T-A4, T-A5, T-I1, K2)."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from library_bridge.models import CampusAccount, EmbeddedPatron, Library, Reader
from library_bridge.sso.arrivals import card_number_in
from tests.library_bridge import doubles
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import PIN, Campus, embedded_patron
from tests.library_bridge.sso.conftest import gone, leave, onward, reader_of, signed_in
from tests.library_bridge.sso.oidc_double import OidcDouble

FORMS = (Path(__file__).parents[2] / "corpus" / "next_addresses.txt").read_text().splitlines()


def refused(client: Client, answer: Any) -> str:
    assert answer.status_code in (403, 503)
    assert reader_of(client) is None
    page: str = answer.content.decode()
    assert "You are not signed in" in page
    return page


def test_s4_c5_both_ways_lead_to_one_account(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    card = embedded_patron(campus.library, campus.category).card_number
    client.post(reverse("sign-in"), {"card_number": card, "pin": PIN})
    by_pin = reader_of(client)
    oidc.token["card"] = card
    other = Client()
    signed_in(other, "oidc")
    assert reader_of(other) == by_pin is not None


def test_s4_no_pin_is_asked_and_none_is_tried(client: Client, oidc: OidcDouble, campus: Campus, script: Script) -> None:
    signed_in(client, "oidc")
    assert (script.calls["patron"], script.calls["authenticate"]) == (1, 0)


def test_s4_a_blocked_card_comes_in_and_is_known_to_be_blocked(
    client: Client, oidc: OidcDouble, campus: Campus
) -> None:
    EmbeddedPatron.objects.update(blocked=True)
    signed_in(client, "oidc")
    campus.alice.refresh_from_db()
    assert (reader_of(client), campus.alice.blocked_reason) == (str(campus.alice.reader_id), "card_blocked")


def test_s4_an_unknown_card(client: Client, oidc: OidcDouble) -> None:
    oidc.token["card"] = "999999"
    readers = Reader.objects.count()
    page = refused(client, signed_in(client, "oidc"))
    assert "does not know the card number" in page
    assert "999999" not in page
    assert (Reader.objects.count(), CampusAccount.objects.count()) == (readers, 0)


@pytest.mark.parametrize("claim", [None, "", "  ", True, [], ["1", "2"], {"a": 1}, 1.5])
def test_s4_a_claim_that_is_no_card_number(
    client: Client, oidc: OidcDouble, campus: Campus, script: Script, claim: object
) -> None:
    oidc.token["card"] = claim
    assert "did not tell us your card number" in refused(client, signed_in(client, "oidc"))
    assert not script.calls


@pytest.mark.parametrize("card", ["1|2", "1\r2", "1\n2", "1\x002", "1\x1b2", "1" * 41, "1\u2028AO"])
def test_s4_t_i1_what_no_card_has_is_not_sent(
    client: Client, oidc: OidcDouble, campus: Campus, script: Script, card: str
) -> None:
    oidc.token["card"] = card
    assert "does not know the card number" in refused(client, signed_in(client, "oidc"))
    assert not script.calls


@pytest.mark.parametrize("written", [" {} ", "wide"])
def test_s4_one_card_however_it_is_written(campus: Campus, written: str) -> None:
    card = campus.alice.card_number
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in card)
    assert card_number_in(wide if written == "wide" else written.format(card)) == card
    assert card_number_in(int(card)) == card_number_in([card]) == card


def test_s4_while_the_library_system_is_down(client: Client, oidc: OidcDouble, campus: Campus, script: Script) -> None:
    script.on("patron", doubles.drops_first)
    answer = signed_in(client, "oidc")
    assert "library system can’t be reached" in refused(client, answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_s4_k2_an_answer_for_another_card_is_not_believed(
    client: Client, oidc: OidcDouble, campus: Campus, script: Script
) -> None:
    script.on("patron", doubles.alters(card_number=campus.bob.card_number))
    assert "library system can’t be reached" in refused(client, signed_in(client, "oidc"))


@pytest.mark.parametrize("code", ["another", ""])
def test_s4_without_its_library_nobody_comes_in(
    client: Client, oidc: OidcDouble, campus: Campus, settings: Settings, code: str
) -> None:
    settings.SSO["oidc"]["library"] = code
    Library.objects.create(code="qingshi", name_zh="青石市图书馆", name_en="Qingshi Public Library")
    assert "library system can’t be reached" in refused(client, signed_in(client, "oidc"))
    settings.SSO["oidc"]["library"] = campus.library.code
    signed_in(client, "oidc")
    assert reader_of(client) == str(campus.alice.reader_id)


def test_s4_a_closed_account_stays_closed(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    Reader.objects.filter(pk=campus.alice.reader_id).update(is_active=False)
    assert "This account is closed" in refused(client, signed_in(client, "oidc"))


def test_s4_staff_keep_their_own_door(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    for right in ({"is_staff": True}, {"is_staff": False, "is_superuser": True}):
        Reader.objects.filter(pk=campus.alice.reader_id).update(**right)
        page = refused(client, signed_in(client, "oidc"))
        assert "Staff sign in with name and password" in page
        assert reverse("wagtailadmin_login") in page


def test_s4_so_does_whoever_only_a_group_lets_into_the_admin(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    group = Group.objects.create(name="desk")
    group.permissions.add(Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin"))
    campus.alice.reader.groups.add(group)
    assert "Staff sign in" in refused(client, signed_in(client, "oidc"))


def test_s4_no_claim_makes_anybody_staff(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    oidc.token |= {"is_staff": True, "is_superuser": True, "groups": ["admin"], "roles": ["staff"], "username": "lin"}
    signed_in(client, "oidc")
    alice = Reader.objects.get(pk=campus.alice.reader_id)
    assert (alice.is_staff, alice.is_superuser, alice.groups.count()) == (False, False, 0)
    assert client.get(reverse("wagtailadmin_home")).status_code == 302


def test_s4_a_card_that_changes_hands_does_not_hand_over_a_past(
    client: Client, oidc: OidcDouble, campus: Campus
) -> None:
    signed_in(client, "oidc")
    oidc.token["sub"] = "somebody else"
    other = Client()
    assert "used with another one before" in refused(other, signed_in(other, "oidc"))


def test_s4_a_campus_account_does_not_change_cards(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    """Whoever may edit that claim at the provider would be any reader."""
    signed_in(client, "oidc")
    oidc.token["card"] = campus.bob.card_number
    other = Client()
    assert "used with another one before" in refused(other, signed_in(other, "oidc"))
    assert CampusAccount.objects.get().patron == campus.alice


def test_s4_after_the_desk_has_unlinked_them_both_begin_anew(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    signed_in(client, "oidc")
    with pytest.raises(CommandError):
        call_command("unlink_campus_account", "demo", campus.bob.card_number)
    call_command("unlink_campus_account", "demo", f" {campus.alice.card_number}", stdout=StringIO())
    oidc.token["sub"] = "her new account"
    other = Client()
    signed_in(other, "oidc")
    assert reader_of(other) == str(campus.alice.reader_id)


@pytest.mark.parametrize("changed", [{"fingerprint": "of another"}, {"patron": "bob"}])
def test_s4_the_database_refuses_a_second_link(
    client: Client, oidc: OidcDouble, campus: Campus, changed: dict[str, str]
) -> None:
    signed_in(client, "oidc")
    link = CampusAccount.objects.get()
    values = {"provider": link.provider, "fingerprint": link.fingerprint, "patron": campus.alice, **changed}
    if "patron" in changed:
        values["patron"] = campus.bob
    with pytest.raises(IntegrityError), transaction.atomic():
        CampusAccount.objects.create(linked_at=link.linked_at, **values)


def test_s4_another_provider_begins_anew(client: Client, oidc: OidcDouble, campus: Campus, settings: Settings) -> None:
    signed_in(client, "oidc")
    CampusAccount.objects.update(provider="https://the-one-before.example.edu")
    oidc.token["sub"] = "new there"
    other = Client()
    signed_in(other, "oidc")
    assert reader_of(other) == str(campus.alice.reader_id)


def test_s4_t_a4_the_session_gets_a_new_id_and_the_old_one_is_dead(client: Client, oidc: OidcDouble) -> None:
    leave(client, "oidc")
    before = client.session.session_key
    answer = signed_in(client, "oidc")
    assert answer.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_s4_the_way_there_leads_on_to_where_the_reader_was(client: Client, oidc: OidcDouble) -> None:
    assert signed_in(client, "oidc", next="/shelf/?q=1")["Location"] == "/shelf/?q=1"


def test_s4_t_a5_and_to_no_other_host(client: Client, oidc: OidcDouble) -> None:
    for form in FORMS[::6]:
        assert signed_in(client, "oidc", next=form)["Location"] == reverse("home"), form
        client.logout()


def test_s4_the_callback_takes_no_address_of_its_own(client: Client, oidc: OidcDouble) -> None:
    assert client.get(gone(client, "oidc") + "&next=/shelf/")["Location"] == reverse("home")


def test_s4_a_shared_computer_is_carried_there_and_back(client: Client, oidc: OidcDouble, now: datetime) -> None:
    assert "prompt=login" in onward(leave(client, "oidc", shared="on"))
    assert signed_in(client, "oidc", shared="on").cookies["sessionid"]["max-age"] == ""
    with time_machine.travel(now + timedelta(minutes=11), tick=False):
        client.get(reverse("sign-in"))
        assert reader_of(client) is None


def test_s4_a_computer_of_ones_own_remembers(client: Client, oidc: OidcDouble) -> None:
    assert signed_in(client, "oidc").cookies["sessionid"]["max-age"] == timedelta(days=30).total_seconds()


def test_s4_the_language_a_reader_once_chose_comes_along(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    Reader.objects.filter(pk=campus.alice.reader_id).update(language="en")
    assert signed_in(client, "oidc").cookies["django_language"].value == "en"


def test_s4_the_page_that_says_no_speaks_chinese(client: Client, oidc: OidcDouble) -> None:
    oidc.token["card"] = "999999"
    page = client.get(gone(client, "oidc"), headers={"accept-language": "zh-CN"}).content.decode()
    assert "青石统一认证" in page
    assert "图书馆没有对方告知的这个读者证号" in page


def test_s4_whoever_else_was_in_is_out(client: Client, oidc: OidcDouble, campus: Campus) -> None:
    back = gone(client, "oidc")
    client.force_login(campus.bob.reader)
    session = client.session
    session["of bob"] = "private"
    session.save()
    client.get(back)
    assert reader_of(client) == str(campus.alice.reader_id)
    assert "of bob" not in client.session
