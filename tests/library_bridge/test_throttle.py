"""Counting failures without letting anybody slip through or be shut out (T-A2, T-R17)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from library_bridge import guarded, throttle


@pytest.fixture
def guess(now: datetime) -> Callable[..., object]:
    def made(name: str = "1", address: str = "10.0.0.1", answer: object = None) -> object:
        return guarded.attempt(lambda: answer, kind="card:demo", name=name, address=address, now=now)

    return made


def failures(guess: Callable[..., object], times: int, **who: str) -> list[str]:
    seen = []
    for _time in range(times):
        with pytest.raises((guarded.WrongPin, guarded.TooManyTries)) as no:
            guess(**who)
        seen.append(no.type.__name__)
    return seen


def test_parallel_guesses_get_no_extra_try(now: datetime) -> None:
    counter = throttle.of_account("card:demo", "1")
    with ThreadPoolExecutor(20) as pool:
        counts = list(pool.map(lambda _n: counter.add(now=now), range(100)))
    assert sorted(counts) == list(range(1, 101))


def test_letter_case_is_the_same_account(guess: Callable[..., object]) -> None:
    failures(guess, 5, name="abc")
    assert failures(guess, 1, name="ABC") == ["TooManyTries"]


def test_a_library_and_the_staff_door_count_apart() -> None:
    keys = {throttle.of_account(kind, "lin").key for kind in ("staff", "card:demo", "card:qingshi")}
    assert len(keys) == 3


def test_no_card_number_stands_in_the_cache() -> None:
    assert "2023000001" not in throttle.of_account("card:demo", "2023000001").key


def test_one_ipv6_network_is_one_address(guess: Callable[..., object], settings: Settings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (3, 3600)
    seen = [failures(guess, 1, name=str(n), address=f"2001:db8::{n}")[0] for n in range(1, 5)]
    assert seen == ["WrongPin"] * 3 + ["TooManyTries"]
    assert failures(guess, 1, name="9", address="2001:db8:0:1::1") == ["WrongPin"]


def test_an_ipv4_visitor_at_a_socket_for_both_is_not_everybody(
    guess: Callable[..., object], settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (1, 3600)
    seen = [failures(guess, 1, name=a, address=a)[0] for a in ("::ffff:10.0.0.1", "::ffff:10.0.0.2", "10.0.0.1")]
    assert seen == ["WrongPin", "WrongPin", "TooManyTries"]


def test_a_shared_campus_network_has_more_room(guess: Callable[..., object], settings: Settings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (1, 3600)
    settings.SHARED_NETWORKS = ["10.0.0.0/8"]
    assert failures(guess, 1, name="1") + failures(guess, 1, name="2") == ["WrongPin", "WrongPin"]


def test_an_address_that_is_none_still_counts(guess: Callable[..., object], settings: Settings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (1, 3600)
    assert failures(guess, 1, name="1", address="") + failures(guess, 1, name="2", address="x") == [
        "WrongPin",
        "TooManyTries",
    ]


def test_the_time_to_wait_counts_down(guess: Callable[..., object], now: datetime) -> None:
    failures(guess, 6)
    counter = throttle.of_account("card:demo", "1")
    assert counter.seconds_left(now=now + timedelta(minutes=20)) == 600


def test_right_answers_are_not_counted_against_an_address(guess: Callable[..., object], settings: Settings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (2, 3600)
    for n in range(10):
        assert guess(name=str(n), answer="reader") == "reader"
