"""What earlier versions left unsaid: when a return began, and the events of replaced, missed and reopened handovers (S3)."""

from django.db import migrations
from django.utils import timezone


def note_returns(apps, schema_editor):
    events = apps.get_model("sharing", "DomainEvent").objects.filter(kind="lending.returning")
    lendings = apps.get_model("sharing", "Lending").objects
    for lending_id, at in events.values_list("lending_id", "at"):
        lendings.filter(pk=lending_id, return_started_at=None).update(return_started_at=at)


def record_events(apps, schema_editor):
    """Delivered already: nobody is to be told of them now."""
    handovers = apps.get_model("sharing", "Handover").objects.select_related("lending__ask", "lending__request")
    for handover in handovers.exclude(agreed_at=None).filter(direction="back").exclude(events__kind="handover.agreed"):
        _record(apps, handover, "agreed", before="", at=handover.agreed_at)
    for status in ("replaced", "missed"):
        for handover in handovers.filter(status=status).exclude(events__kind=f"handover.{status}"):
            before = "agreed" if handover.agreed_at else "proposed"
            _record(apps, handover, status, before=before, at=_left_at(handover))


def _left_at(handover):
    later = handover.lending.handovers.filter(direction=handover.direction, pk__gt=handover.pk).order_by("pk").first()
    return later.proposed_at if later else handover.lending.closed_at or handover.proposed_at


def _record(apps, handover, status, *, before, at):
    lending = handover.lending
    apps.get_model("sharing", "DomainEvent").objects.create(
        kind=f"handover.{status}", at=at, handover=handover, lending=lending, ask=lending.ask, request=lending.request,
        from_status=before, to_status=status, delivered_at=timezone.now(),
        audience=sorted({lending.giver_id, lending.taker_id}),
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("sharing", "0006_return_started")]

    operations = [
        migrations.RunPython(note_returns, migrations.RunPython.noop),
        migrations.RunPython(record_events, migrations.RunPython.noop),
    ]
