"""What a reader was told. Kind and facts are stored, the sentence is made when it is shown (P3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    event = models.ForeignKey("sharing.DomainEvent", models.PROTECT, related_name="notifications")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = (models.UniqueConstraint(fields=("reader", "event"), name="one_notification_per_event"),)
        indexes = (models.Index(fields=("reader", "read_at")),)

    def __str__(self) -> str:
        return f"{self.reader_id} {self.event_id}"
