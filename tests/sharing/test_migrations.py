"""What migrations make of rows that are there already."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from sharing.models import DomainEvent, Handover
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World

Migrate = Callable[[str], Any]


@pytest.fixture
def migrated_to(transactional_db: None) -> Iterator[Migrate]:
    """Sharing's tables as they were after a migration, with the models of then."""

    def to(name: str) -> Any:
        executor = MigrationExecutor(connection)
        return executor.migrate([("sharing", name)]).apps

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_a_withdrawn_note_gets_the_moment_of_its_event_or_today(migrated_to: Migrate, now: datetime) -> None:
    notes = migrated_to("0010_course_lists").get_model("sharing", "TitleNote").objects
    title, readers = factories.title("运筹学"), [factories.reader() for _number in range(3)]
    written = [
        notes.create(title_id=title.pk, reader_id=reader.pk, name=number, written_at=now, **said)
        for number, (reader, said) in enumerate(
            zip(readers, ({"status": "withdrawn"}, {"status": "withdrawn"}, {"text": "Worth it."}), strict=True)
        )
    ]
    withdrawn_at = now + timedelta(days=1)
    DomainEvent.objects.create(kind="note.withdrawn", actor=readers[0], at=withdrawn_at, data={"note": written[0].pk})
    notes = migrated_to("0011_withdrawn_notes").get_model("sharing", "TitleNote").objects
    first, second, third = notes.order_by("name").values_list("withdrawn_at", flat=True)
    assert (first, third) == (withdrawn_at, None)
    assert abs(second - timezone.now()) < timedelta(hours=1)


@pytest.mark.django_db
def test_who_confirmed_without_network_met_when_the_code_was_read(world: World) -> None:
    steps.on_loan(world)
    handover, read_at = Handover.objects.get(), world.now + timedelta(minutes=7)
    met_at = handover.taker_confirmed_at
    move = import_module("sharing.migrations.0012_met_when_the_code_was_read").move_them
    for data, expected in (({}, met_at), ({"read_at": read_at.isoformat()}, read_at)):
        DomainEvent.objects.filter(kind="handover.confirmed").update(data=data)
        move(apps, None)
        handover.refresh_from_db()
        assert handover.taker_confirmed_at == expected
