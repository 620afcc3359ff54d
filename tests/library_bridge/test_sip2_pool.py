"""Many threads and few lines (protocols/testing.md, S12)."""

import threading
import time
from collections.abc import Callable
from unittest import mock

from library_bridge.adapters.sip2 import pool
from library_bridge.adapters.sip2.adapter import Sip2System
from library_bridge.models import Library
from tests.library_bridge.playing_sip2 import ITEM, Player, Step, silence_of, system

# S12: the pool


def test_s12_size_one_works_for_many_threads_in_turn(player: Player) -> None:
    player.always = Step(ITEM)
    asked = [system(player, pool_size=1) for _thread in range(6)]
    outcomes = _together([lambda one=one: [one.item("0110").title for _time in range(5)] for one in asked])
    assert outcomes == [["Soil"] * 5] * 6
    assert (player.lines, player.overlaps) == (1, 0)


def test_s12_never_more_lines_than_the_size_nor_two_requests_on_one(player: Player) -> None:
    player.always = Step(ITEM, late_by=0.005)
    asked = system(player, pool_size=3)
    _together([lambda: [asked.item("0110") for _time in range(5)]] * 8)
    assert (player.lines <= 3, player.overlaps) == (True, 0)


def test_a_line_that_is_not_needed_is_given_back(player: Player) -> None:
    """Where licences are counted by line, another process waits for it."""
    player.always = Step(ITEM)
    asked = system(player, idle_close_s=0.05)
    asked.item("0110")
    kept = pool.pool_for(1, asked.settings)
    [line] = kept._idle
    while line.is_open:
        time.sleep(0.01)
    assert kept._idle == []
    assert asked.item("0110").title == "Soil"
    assert player.lines == 2


def test_s12_who_waits_longest_is_next() -> None:
    turns, order = pool.Turns(1), list[int]()
    assert turns.take(end=time.monotonic())

    def wait(number: int) -> None:
        assert turns.take(end=time.monotonic() + 5)
        order.append(number)
        turns.give()

    threads = []
    for number in range(4):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    assert not turns.take(end=time.monotonic())  # nobody slips in
    turns.give()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_s12_a_broken_line_gives_its_place_back(player: Player) -> None:
    asked = system(player, pool_size=1)
    for _time in range(4):
        player.will(Step("", raw=True, end=b"", hang_up=True))
        silence_of(lambda: asked.check_out("21", "0110"))
    player.will(Step(ITEM))
    assert asked.item("0110").title == "Soil"


def test_s12_all_lines_busy_is_nothing_sent(player: Player) -> None:
    player.always = Step(ITEM, late_by=0.5)
    slow, hurried = system(player, pool_size=1), pool.Pool(system(player, pool_size=1, timeout_s=0.1).settings)
    asked = threading.Thread(target=lambda: slow.item("0110"))
    asked.start()
    while not player.count("17"):
        time.sleep(0.005)
    hurried._turns = pool.pool_for(1, slow.settings)._turns
    assert silence_of(hurried.about).nothing_sent
    asked.join()


def test_k14_each_library_has_lines_of_its_own(player: Player) -> None:
    player.always = Step(ITEM)
    one = system(player)
    two = Sip2System(Library(pk=2, code="other", adapter="sip2", settings=one.library.settings))
    one.item("0110")
    two.item("0110")
    assert player.lines == 2


def test_changed_settings_mean_new_lines(player: Player) -> None:
    player.always = Step(ITEM)
    system(player).item("0110")
    system(player, ao="EAST").item("0110")
    assert player.lines == 2


def test_no_more_requests_a_second_than_the_library_allows(player: Player) -> None:
    player.always = Step(ITEM)
    asked = system(player, max_requests_per_s=20)
    with mock.patch.object(time, "sleep") as sleep:
        for _time in range(5):
            asked.item("0110")
    assert max(call.args[0] for call in sleep.call_args_list) > 0.1  # four twentieths, less what the five took


def _together(acts: list[Callable[[], object]]) -> list[object]:
    outcomes: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        outcomes[number] = act()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
