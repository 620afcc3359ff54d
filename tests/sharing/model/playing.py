"""So many sequences of so many random commands, on one campus that is rolled back after each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sharing import events, jobs
from tests.sharing.model import campus as campuses
from tests.sharing.model.machine import Machine
from tests.sharing.model.watching import Watch

START = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def play(*, sequences: int, steps: int, long: bool = False, on_their_way: bool = False) -> None:
    """AssertionError with the sequence, when the service and the model differ. The same sequences each time, but in a `long`
    run. `on_their_way`: some books are already."""
    with undone():
        campus = campuses.build(START)
        if on_their_way:
            with jobs.left_to_the_sweep():
                campuses.send_books_on_their_way(campus)
        for event in events.undelivered():
            events.deliver(event, now=START)
        watch = Watch()

        class OnThisCampus(Machine):
            def __init__(self) -> None:
                self.block = undone()
                self.block.__enter__()
                self.campus, self.watch, self.campus_start = campus, watch, START
                super().__init__()

            def teardown(self) -> None:
                try:
                    if self.in_order:
                        self.play_to_the_end()
                finally:
                    self.block.__exit__(None, None, None)

        lasting = settings(
            max_examples=sequences, stateful_step_count=steps, database=None, derandomize=not long,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        )  # fmt: skip
        with campuses.behind_a_bad_line(campus):
            run_state_machine_as_test(OnThisCampus, settings=lasting)


@contextmanager
def undone() -> Iterator[None]:
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # durable transitions may run inside, as in Django's TestCase
    with block:
        yield
        transaction.set_rollback(True)
