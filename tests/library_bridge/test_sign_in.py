"""Coming in with a library card (T-A1, T-A2, T-A4, T-A5)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from library_bridge.models import Library, Patron, Reader
from tests.library_bridge import doubles
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import PIN, Campus

FORMS = (Path(__file__).parents[1] / "corpus" / "next_addresses.txt").read_text().splitlines()


def post(client: Client, campus: Campus, **fields: str) -> object:
    data = {"library": campus.library.code, "card_number": campus.alice.card_number, "pin": PIN, **fields}
    return client.post(reverse("sign-in"), data, headers={"accept-language": "en"})


def test_the_right_pin_opens_the_home_page(client: Client, campus: Campus) -> None:
    answer = post(client, campus)
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert client.session["_auth_user_id"] == str(campus.alice.reader_id)


def test_t_a4_the_session_gets_a_new_id_and_the_old_one_is_dead(client: Client, campus: Campus) -> None:
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    answer = post(client, campus)
    assert answer.cookies["sessionid"].value != planted
    assert answer.cookies["sessionid"]["httponly"]
    assert answer.cookies["sessionid"]["samesite"] == "Lax"
    assert not session.exists(planted)


def test_t_a4_signing_out_ends_the_session(client: Client, campus: Campus) -> None:
    post(client, campus)
    key = client.session.session_key
    assert client.post(reverse("sign-out")).status_code == 302
    assert not client.session.exists(key)


def test_signing_out_is_never_a_get(client: Client, campus: Campus) -> None:
    post(client, campus)
    assert client.get(reverse("sign-out")).status_code == 405
    assert "_auth_user_id" in client.session


def test_a_library_that_checks_no_pins_lets_nobody_in_and_breaks_nothing(
    client: Client, campus: Campus, script: Script
) -> None:
    script.on("authenticate", doubles.has_no_such_function)
    assert post(client, campus).status_code == 503


def test_a_wrong_pin_says_how_many_tries_are_left(client: Client, campus: Campus) -> None:
    answer = post(client, campus, pin="1")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Card number and PIN do not match; 4 tries left" in page
    assert "Wrong PIN. Forgot it?" in page
    assert campus.alice.card_number in page
    assert 'value="1"' not in page


def test_t_a1_an_unknown_card_gets_the_same_page(client: Client, campus: Campus) -> None:
    known, unknown = post(client, campus, pin="1"), post(client, campus, card_number="999999", pin="1")
    assert unknown.status_code == known.status_code == 422
    assert blank(unknown.content, "999999") == blank(known.content, campus.alice.card_number)


def blank(content: bytes, card_number: str) -> str:
    """Without what was typed and the token against forgery."""
    lines = content.decode().replace(card_number, "").splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.lower())


def test_t_a1_an_unknown_card_costs_as_many_hashes(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing is what takes the time; the seconds themselves are measured on a quiet machine."""
    encoded: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        encoded.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for fields in ({}, {"card_number": "999999"}, {"card_number": "9|9"}, {"library": ""}):
        encoded.clear()
        post(client, campus, pin="1", **fields)
        counts.append(len(encoded))
    assert counts == [1, 1, 1, 1]


def test_t_a2_after_five_wrong_pins_the_right_one_must_wait(client: Client, campus: Campus) -> None:
    left = [post(client, campus, pin="1").content.decode() for _try in range(5)]
    assert "that was the last try" in left[-1]
    answer = post(client, campus)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1800")
    assert "30 minutes" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_t_a2_after_the_window_it_opens_by_itself(client: Client, campus: Campus) -> None:
    for _try in range(6):
        post(client, campus, pin="1")
    caches["limits"].clear()
    assert post(client, campus).status_code == 302


def test_t_a2_guessing_one_pin_on_many_cards_is_stopped_by_address(
    client: Client, campus: Campus, settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (3, 3600)
    statuses = [post(client, campus, card_number=f"30{n}").status_code for n in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert post(client, campus).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.9").get(reverse("sign-in")).status_code == 200
    assert post(Client(REMOTE_ADDR="10.0.0.9"), campus).status_code == 302


@pytest.mark.parametrize("address", ["next", "Next"])
def test_sign_in_goes_on_where_the_reader_wanted(client: Client, campus: Campus, address: str) -> None:
    wanted = "/titles/12/?tab=2"
    expected = wanted if address == "next" else reverse("home")
    assert post(client, campus, **{address: wanted})["Location"] == expected


@pytest.mark.parametrize("wanted", FORMS)
def test_t_a5_no_other_host_is_ever_the_next_page(client: Client, campus: Campus, wanted: str) -> None:
    wanted = wanted.encode().decode("unicode_escape")
    assert post(client, campus, next=wanted)["Location"] == reverse("home")


def test_what_was_typed_before_comes_along_past_a_wrong_pin(client: Client, campus: Campus) -> None:
    words = "A message of before"
    assert words in post(client, campus, typed=words, pin="000000").content.decode()  # type: ignore[attr-defined]
    post(client, campus, typed=words)
    assert words in client.get(reverse("me")).content.decode()


def test_signed_in_readers_are_sent_on(client: Client, campus: Campus) -> None:
    client.force_login(campus.alice.reader)
    assert client.get(reverse("sign-in"), {"next": "/shelf/"})["Location"] == "/shelf/"


def test_one_library_is_not_asked_for_and_several_are(client: Client, campus: Campus) -> None:
    assert b"<select" not in client.get(reverse("sign-in")).content
    Library.objects.create(code="qingshi", name_zh="青石市图书馆", name_en="Qingshi Public Library")
    page = client.get(reverse("sign-in"), headers={"accept-language": "en"}).content.decode()
    assert "<select" in page
    assert "Qingshi Public Library" in page
    assert post(client, campus).status_code == 302


def test_an_empty_form_says_what_is_missing(client: Client, campus: Campus) -> None:
    answer = post(client, campus, card_number="", pin="")
    assert answer.status_code == 422
    assert "Enter your card number" in answer.content.decode()


def test_while_the_library_system_is_down_no_try_is_lost(client: Client, campus: Campus, script: Script) -> None:
    script.on("authenticate", *[doubles.drops_first] * 6)
    for _try in range(6):
        answer = post(client, campus)
        assert answer.status_code == 503
    assert "can’t be reached right now" in answer.content.decode()
    assert post(client, campus).status_code == 302


def test_the_page_speaks_chinese(client: Client, campus: Campus) -> None:
    page = client.get(reverse("sign-in"), headers={"accept-language": "zh-CN"}).content.decode()
    assert "用读者证登录" in page
    assert "多数同学的读者证号就是学号" in page


def test_the_language_a_reader_once_chose_comes_with_the_sign_in(client: Client, campus: Campus) -> None:
    Reader.objects.filter(pk=campus.alice.reader_id).update(language="en")
    assert post(client, campus).cookies["django_language"].value == "en"
    assert "django_language" not in post(Client(), campus, card_number=campus.bob.card_number).cookies


def test_a_shared_computer_forgets_with_the_browser(client: Client, campus: Campus) -> None:
    assert post(client, campus, shared="on").cookies["sessionid"]["max-age"] == ""
    answer = client.post(reverse("sign-out"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_computer_of_ones_own_remembers_for_thirty_days(client: Client, campus: Campus) -> None:
    assert post(client, campus).cookies["sessionid"]["max-age"] == timedelta(days=30).total_seconds()


def test_demo_personas_come_in_with_one_tap(client: Client, campus: Campus, settings: Settings) -> None:
    Patron.objects.filter(pk=campus.alice.pk).update(card_number="2023000001")
    assert client.post(reverse("demo-sign-in"), {"persona": "alice"})["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(campus.alice.reader_id)


def test_demo_staff_go_to_the_admin(client: Client, campus: Campus) -> None:
    Reader.objects.create(username="lin", is_staff=True)
    assert client.post(reverse("demo-sign-in"), {"persona": "lin"})["Location"] == reverse("wagtailadmin_home")


@pytest.mark.parametrize("persona", ["", "nobody", "alice"])
def test_outside_the_demo_there_is_no_such_door(
    client: Client, campus: Campus, settings: Settings, persona: str
) -> None:
    settings.DEMO = False
    Patron.objects.filter(pk=campus.alice.pk).update(card_number="2023000001")
    assert client.post(reverse("demo-sign-in"), {"persona": persona}).status_code == 404
    assert b'name="persona"' not in client.get(reverse("sign-in")).content


def test_signing_in_needs_the_token_against_forgery(campus: Campus) -> None:
    assert post(Client(enforce_csrf_checks=True), campus).status_code == 403


def test_no_pin_reaches_a_log(client: Client, campus: Campus, caplog: pytest.LogCaptureFixture, now: datetime) -> None:
    with caplog.at_level(0):
        post(client, campus, pin="CANARY-4711")
    assert "CANARY" not in caplog.text
