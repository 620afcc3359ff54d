"""One row per transition: the history on the page, the source of notices, the staff's trail, the statistics and the outbox."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _


class DomainEvent(models.Model):
    kind = models.CharField(max_length=40, db_index=True)
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    request = models.ForeignKey("sharing.Request", models.PROTECT, null=True, blank=True, related_name="events")
    ask = models.ForeignKey("sharing.Ask", models.PROTECT, null=True, blank=True, related_name="events")
    lending = models.ForeignKey("sharing.Lending", models.PROTECT, null=True, blank=True, related_name="events")
    handover = models.ForeignKey("sharing.Handover", models.PROTECT, null=True, blank=True, related_name="events")
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    why = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict, blank=True)
    audience = models.JSONField(default=list, help_text=_("Primary keys of the readers whose pages this changes."))
    recorded_at = models.DateTimeField(auto_now_add=True, db_index=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = (
            models.Index(fields=("id",), condition=models.Q(delivered_at=None), name="event_undelivered"),
            models.Index(fields=("id",), condition=models.Q(request=None, forgotten_at=None), name="event_to_forget"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @property
    def read_at(self) -> datetime | None:
        """When a phone without network read the code of a handover that was confirmed later."""
        return parse_datetime(str(self.data.get("read_at", "")))
