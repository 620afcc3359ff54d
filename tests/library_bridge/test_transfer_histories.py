"""X15: whatever goes wrong in whatever order, in the end the item is on exactly one card, or a librarian knows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge import registry, transfers
from library_bridge.invariants import CHECKS
from library_bridge.models import EmbeddedPatron, Transfer
from tests.library_bridge import doubles, factories
from tests.library_bridge.doubles import Killed, Script, ScriptedSystem
from tests.library_bridge.factories import Campus

pytestmark = pytest.mark.any_database
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
READS = ["honest", "drops_first", "killed_before"]
WRITES = [
    "honest", "drops_first", "never_sent", "drops_answer", "garbled", "of_another_item", "killed_before", "killed_after",
    "refused", "refused_but_done", "taker_blocked", "hold_placed", "returned", "grabbed",
]  # fmt: skip

histories = st.fixed_dictionaries(
    {
        "item": st.lists(st.sampled_from(READS), max_size=3),
        "loans": st.lists(st.sampled_from(READS), max_size=3),
        "check_in": st.lists(st.sampled_from(WRITES), max_size=2),
        "check_out": st.lists(st.sampled_from(WRITES), max_size=3),
    }
)


@contextmanager
def undone() -> Iterator[None]:
    """Each history is rolled back, so that the next starts from nothing."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may stand inside, as in a test case
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=40)
@given(history=histories)
def test_x15_random_histories_end_well(history: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    with undone():
        campus, script = factories.campus(), Script()
        monkeypatch.setitem(registry.ADAPTERS, "embedded", lambda library, now: ScriptedSystem(library, now, script))
        transfer = factories.transfer(campus, now=NOW)
        for verb, names in history.items():
            script.on(verb, *[fault(name, campus, transfer) for name in names])
        play(transfer)
        look(campus, script, Transfer.objects.get())


def play(transfer: Transfer) -> None:
    """What the sweep does: again whenever the next try has come, or the lease of a worker that was killed has run out."""
    at = NOW
    for _try in range(60):
        with suppress(Killed):
            transfers.advance(transfer_id=transfer.pk, now=at)
        transfer.refresh_from_db(fields=["status", "next_try_at"])
        if transfer.next_try_at is None:
            return
        at = max(transfer.next_try_at, at + timedelta(seconds=1))


def look(campus: Campus, script: Script, transfer: Transfer) -> None:
    assert transfer.status not in Transfer.OPEN
    assert [line for check in CHECKS for line in check.violations()] == []
    at_end = {Transfer.Status.DONE: campus.bob, Transfer.Status.REFUSED: campus.alice}.get(
        Transfer.Status(transfer.status)
    )
    if at_end:
        assert campus.holder(transfer.barcode) == at_end.card_number
    assert script.done["check_in"] <= 1
    assert script.done["check_out"] <= 2


def fault(name: str, campus: Campus, transfer: Transfer) -> doubles.Fault:
    made = factories.EmbeddedItem.objects.get(barcode=transfer.barcode)
    system = campus.system(NOW)

    def quietly(act: object, *args: object) -> None:
        with suppress(doubles.Refused):
            act(*args)  # type: ignore[operator]

    events = {
        "taker_blocked": lambda: EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True),
        "hold_placed": lambda: factories.hold(made, campus.card(campus.charlie), now=NOW),
        "returned": lambda: quietly(system.check_in, made.barcode),
        "grabbed": lambda: quietly(system.check_out, campus.charlie.card_number, made.barcode),
    }
    if name in events:
        return doubles.meanwhile(events[name])
    special = {"refused": doubles.refuses("card_blocked"), "refused_but_done": doubles.refuses_but_does("other")}
    return special.get(name) or getattr(doubles, name)
