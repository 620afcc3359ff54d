"""A browser on one device, to which a reader has news pushed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PushDevice(models.Model):
    """`key` and `secret` encrypt what only this device can read; `mark` stands in a cookie of the browser, so that it can be
    taken from whoever signs out there."""

    LONGEST = 500

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_devices")
    endpoint = models.CharField(max_length=LONGEST, unique=True)
    key = models.BinaryField(max_length=65)
    secret = models.BinaryField(max_length=16)
    mark = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "pk")
        verbose_name = _("device for push messages")
        verbose_name_plural = _("devices for push messages")

    def __str__(self) -> str:
        return f"{self.reader_id} since {self.created_at:%Y-%m-%d}"
