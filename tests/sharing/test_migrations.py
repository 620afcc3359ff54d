"""What migrations make of rows that are there already."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from sharing import title_notes
from sharing.models import DomainEvent, Handover, TitleNote
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


def test_a_withdrawn_note_gets_the_moment_of_its_event_or_today(world: World) -> None:
    for who in (world.bob, world.charlie):
        note = title_notes.write_note(title_id=world.title.pk, actor=who, text="Worth it.", now=world.now)
        title_notes.withdraw_note(note_id=note.pk, actor=who, now=world.now + timedelta(days=1))
    stands = title_notes.write_note(title_id=world.title.pk, actor=world.bob, text="Worth it.", now=world.now)
    DomainEvent.objects.filter(kind="note.withdrawn", actor=world.charlie).update(data={})
    TitleNote.objects.filter(status="withdrawn").update(withdrawn_at=world.now - timedelta(days=400))
    import_module("sharing.migrations.0011_withdrawn_notes").date_them(apps, None)
    dated = dict(TitleNote.objects.exclude(pk=stands.pk).values_list("reader", "withdrawn_at"))
    assert dated[world.bob.pk] == world.now + timedelta(days=1)
    assert abs(dated[world.charlie.pk] - timezone.now()) < timedelta(hours=1)
    stands.refresh_from_db()
    assert stands.withdrawn_at is None


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
