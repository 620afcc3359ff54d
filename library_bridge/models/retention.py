from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One day's forgetting: that it was done, and how many rows of which model it changed. Nothing of what they said."""

    day = models.DateField(_("day"), unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"
