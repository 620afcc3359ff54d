"""What a page says of the time that an import still takes."""

from datetime import datetime, timedelta

from personal_catalog.progress import minutes_left


def looks(now: datetime, *seen: tuple[int, int]) -> list[int | None]:
    """After so many seconds so many of 1,000 are done."""
    return [
        minutes_left(name="a", done=done, total=1_000, now=now + timedelta(seconds=seconds)) for seconds, done in seen
    ]


def test_the_first_look_cannot_tell(now: datetime) -> None:
    assert looks(now, (0, 10), (2, 30)) == [None, None]


def test_the_speed_between_two_looks_tells(now: datetime) -> None:
    assert looks(now, (0, 0), (6, 30), (8, 990)) == [None, 4, 1]


def test_a_slower_part_shows_soon(now: datetime) -> None:
    assert looks(now, (0, 0), (10, 900), (20, 902), (30, 904)) == [None, 1, 9, 8]


def test_work_that_stands_still_has_no_end(now: datetime) -> None:
    assert looks(now, (0, 50), (10, 50), (20, 50)) == [None, None, None]


def test_each_import_has_its_own_speed(now: datetime) -> None:
    looks(now, (0, 0))
    assert minutes_left(name="b", done=500, total=1_000, now=now + timedelta(seconds=10)) is None
