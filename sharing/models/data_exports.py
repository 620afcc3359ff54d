"""A reader's own data in one file, made by a job and there for a quarter of an hour (P8, T-L7)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from personal_catalog.models.photos import new_token

if TYPE_CHECKING:
    from library_bridge.models import Reader


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def visible_to(self, reader: "Reader") -> "DataExportQuerySet":
        return self.filter(reader=reader)

    def to_make(self) -> "DataExportQuerySet":
        return self.filter(made_at=None, tries__lt=DataExport.MOST_TRIES)

    def can_be_taken(self, now: datetime) -> "DataExportQuerySet":
        return self.filter(expires_at__gt=now)


class DataExport(models.Model):
    MOST_TRIES = 5

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_exports")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to="exports", blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name = _("export of a reader’s data")
        verbose_name_plural = _("exports of readers’ data")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(made_at=None, expires_at=None, file="")
                | models.Q(made_at__isnull=False, expires_at__isnull=False),
                name="export_that_is_made_runs_out",
            ),
            models.UniqueConstraint(fields=("reader",), condition=models.Q(made_at=None), name="one_export_at_a_time"),
        )

    def __str__(self) -> str:
        return f"{self.reader_id} {self.asked_at:%Y-%m-%d}"

    @property
    def has_failed(self) -> bool:
        return self.made_at is None and self.tries >= self.MOST_TRIES
