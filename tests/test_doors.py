"""Every door with a password in it, found from the list of all addresses (T-A2, T-R9)."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from library_bridge import guarded, throttle
from tests.library_bridge import factories

pytestmark = pytest.mark.django_db

WRONG = {"username": "lin", "password": "wrong", "card_number": "2023000001", "pin": "wrong", "library": "demo"}


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = re.sub(r"<[^>]*>|\((?:[^()]|\([^()]*\))*\)", "1", str(pattern.pattern)).strip("^$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, before + route)
        else:
            yield before + route


@pytest.fixture(scope="module")
def addresses() -> set[str]:
    found = set(_addresses(get_resolver().url_patterns))
    return found | {address.replace("/zh-hans/", "/en/", 1) for address in found}


def test_t_a2_every_password_form_counts_its_failures(client: Client, addresses: set[str]) -> None:
    factories.campus()
    doors = [a for a in sorted(addresses) if b'type="password"' in client.get(a).content]
    assert doors == [reverse("wagtailadmin_login"), reverse("sign-in")]
    for door in doors:
        answers = [client.post(door, WRONG, headers={"accept-language": "en"}).content for _try in range(6)]
        assert b"Too many tries" not in answers[4]
        assert b"Too many tries" in answers[5]


@pytest.mark.parametrize(
    "address", ["/en/_util/login/", "/zh-hans/_util/login/", "/en/_util/authenticate_with_password/1/1/"]
)
def test_t_a2_wagtails_second_doors_lead_to_the_first(client: Client, address: str) -> None:
    for answer in (client.get(f"{address}?next=/en/"), client.post(f"{address}?next=/en/", WRONG)):
        assert (answer.status_code, answer["Location"]) == (302, f"{reverse('sign-in')}?next=/en/")


def test_t_r9_signing_out_of_the_admin_is_never_a_get(admin_client: Client) -> None:
    assert admin_client.get(reverse("wagtailadmin_logout")).status_code == 405
    assert "_auth_user_id" in admin_client.session
    assert admin_client.post(reverse("wagtailadmin_logout")).status_code == 302
    assert "_auth_user_id" not in admin_client.session


def test_t_a2_what_visitors_ask_pushes_no_counter_out(now: datetime) -> None:
    counter = throttle.of_account("staff", "lin")
    counter.add(now=now)
    for number in range(1000):
        cache.set(f"availability:{number}", number)
    assert counter.add(now=now) == 2


def test_t_a2_a_blocked_address_makes_no_counters_of_new_names(settings: Settings, now: datetime) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (1, 3600)
    for name in ("a", "b", "c"):
        with pytest.raises((guarded.WrongPin, guarded.TooManyTries)):
            guarded.attempt(lambda: None, kind="staff", name=name, address="10.0.0.1", now=now)
    assert throttle.of_account("staff", "c").add(now=now) == 1
