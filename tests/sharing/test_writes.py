"""What is written by a statement that was built once is what `save` would have written."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sharing import writes
from sharing.models import Ask, Conversation, DomainEvent, Request
from tests.sharing import steps
from tests.sharing.conftest import World


def values(row: DomainEvent) -> dict[str, object]:
    return {key: value for key, value in vars(row).items() if key not in ("_state", "id", "recorded_at")}


def test_an_added_row_is_the_one_that_save_would_add(world: World) -> None:
    made = [DomainEvent(kind="x", at=world.now, actor=world.alice, data={"书": [1]}) for _two in range(2)]
    writes.add(made[0])
    made[1].save(force_insert=True)
    first, second = (DomainEvent.objects.get(pk=one.pk) for one in made)
    assert values(first) == values(second)
    assert first.recorded_at is not None
    assert (made[0]._state.adding, made[0]._state.db) == (False, "default")


def test_each_row_gets_its_own_values_by_the_same_text(world: World) -> None:
    ends = world.now + timedelta(days=1)
    wanted = [
        writes.add(Request(requester=reader, title=world.title, placed_at=world.now, deadline_at=ends))
        for reader in (world.bob, world.charlie)
    ]
    kept = Request.objects.order_by("pk").values_list("pk", "requester")
    assert list(kept) == [(wanted[0].pk, world.bob.pk), (wanted[1].pk, world.charlie.pk)]


def test_what_the_database_refuses_undoes_the_whole_transaction(world: World) -> None:
    """As with `save`: nobody may go on after a refusal without a savepoint of their own."""
    ask = steps.asked(world)
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            writes.add(Conversation(ask=ask))
        assert transaction.get_rollback()
        transaction.set_rollback(True)
    with transaction.atomic():
        pass


def test_a_row_that_hangs_on_an_unsaved_one_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="unsaved"):
        writes.add(DomainEvent(kind="x", at=world.now, request=Request()))


def test_only_the_named_fields_are_written_and_in_one_query(world: World) -> None:
    ask = steps.asked(world)
    ask.status, ask.wave, ask.answered_at = Ask.Status.LAPSED, 9, world.now
    with CaptureQueriesContext(connection) as asked:
        writes.change(ask, "status", "answered_at")
    kept = Ask.objects.get(pk=ask.pk)
    assert (kept.status, kept.answered_at, kept.wave, len(asked)) == (Ask.Status.LAPSED, world.now, 1, 1)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has always returned keys")
def test_an_old_sqlite_tells_the_new_key_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connection.features), "can_return_columns_from_insert", False)
    monkeypatch.setattr(writes, "_insert", writes._insert.__wrapped__)
    made = writes.add(DomainEvent(kind="x", at=world.now))
    assert DomainEvent.objects.get(kind="x").pk == made.pk


def test_what_is_not_there_cannot_be_changed(world: World) -> None:
    ask = steps.asked(world)
    ask.pk += 1000
    with pytest.raises(DatabaseError, match="did not affect"):
        writes.change(ask, "status")


def test_a_field_that_there_is_not_is_no_silent_nothing(world: World) -> None:
    with pytest.raises(Exception, match="no field named"):
        writes.change(steps.asked(world), "stauts")
