"""Counting failures without letting anybody slip through or be shut out (T-A2, T-R17)."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep
from uuid import uuid4

import pytest
from django.core.cache import cache
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


def together(answers: Iterable[object], settle: Callable[[object], object]) -> list[str]:
    """What became of attempts that all begin before the first one ends."""

    def one(answer: object) -> str:
        try:
            return str(settle(answer))
        except (guarded.WrongPin, guarded.TooManyTries) as no:
            return type(no).__name__

    with ThreadPoolExecutor(60) as pool:
        return list(pool.map(one, answers))


@pytest.fixture
def slow(now: datetime) -> Callable[..., object]:
    """A library system that takes its time."""

    def made(answer: object, *, name: str = "1") -> object:
        def asked() -> object:
            sleep(0.02)
            return answer

        return guarded.attempt(asked, kind="card:demo", name=name, address="10.0.0.1", now=now)

    return made


def test_parallel_guesses_get_no_extra_try(slow: Callable[..., object]) -> None:
    seen = together([None] * 60, slow)
    assert Counter(seen) == {"WrongPin": 5, "TooManyTries": 55}


def test_sixty_right_answers_at_once_all_come_in_and_nothing_is_left_counted(slow: Callable[..., object]) -> None:
    assert together(["reader"] * 60, slow) == ["reader"] * 60
    counters = throttle.of_account("card:demo", "1"), throttle.of_address("10.0.0.1")
    assert [(counter.count, cache.get(counter._under_way)) for counter in counters] == [(0, 0), (0, 0)]


def test_more_readers_than_an_address_has_tries_come_in_at_once(
    slow: Callable[..., object], settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (3, 3600)
    assert together(range(1, 31), lambda n: slow(n, name=str(n))) == [str(n) for n in range(1, 31)]


def test_right_answers_in_between_give_guesses_no_extra_try_at_an_address(
    slow: Callable[..., object], settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = (7, 3600)
    seen = together([None, "reader"] * 20, lambda answer: slow(answer, name=str(uuid4())))
    assert seen.count("WrongPin") == 7


def test_control_without_places_parallel_guesses_get_through(
    slow: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle.Counter, "enter", lambda counter: not counter.is_full)
    assert together([None] * 60, slow).count("WrongPin") > 5


def test_who_waits_too_long_for_a_place_may_soon_come_again(
    guess: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "PATIENCE", 0)
    for _place in range(5):
        assert throttle.of_account("card:demo", "1").enter()
    with pytest.raises(guarded.TooManyTries) as busy:
        guess(answer="reader")
    assert busy.value.retry_after == guarded.BUSY


def test_an_attempt_without_an_answer_gives_its_place_back(now: datetime) -> None:
    def falls() -> object:
        raise ConnectionError

    for _time in range(10):
        with pytest.raises(ConnectionError):
            guarded.attempt(falls, kind="card:demo", name="1", address="10.0.0.1", now=now)
    assert cache.get(throttle.of_account("card:demo", "1")._under_way) == 0


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


def test_the_room_of_a_shared_network_is_a_setting(guess: Callable[..., object], settings: Settings) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS, settings.SHARED_NETWORK_FACTOR = (1, 3600), 2
    settings.SHARED_NETWORKS = ["10.0.0.0/8"]
    seen = [failures(guess, 1, name=str(n))[0] for n in range(3)]
    assert seen == ["WrongPin", "WrongPin", "TooManyTries"]


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
