"""Titles that go together, as counted at night from readers who agreed. Only numbers of at least five readers are kept."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sharing.crowds import FEWEST_PEOPLE


class RelatedTitle(models.Model):
    """Readers of `title` who also have, lent or borrowed `other`."""

    title = models.ForeignKey("personal_catalog.Title", models.CASCADE, related_name="related")
    other = models.ForeignKey("personal_catalog.Title", models.CASCADE, related_name="+")
    readers = models.PositiveIntegerField()
    strength = models.FloatField(help_text=_("0 to 1: readers of both against readers of either."))

    class Meta:
        ordering = ("-strength", "pk")
        constraints = (
            models.UniqueConstraint(fields=("title", "other"), name="related_once"),
            models.CheckConstraint(condition=Q(readers__gte=FEWEST_PEOPLE), name="related_by_five_readers"),
            models.CheckConstraint(condition=~Q(title=F("other")), name="related_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.title_id} → {self.other_id}"


class SuggestionCount(models.Model):
    """When the titles are counted next: one row."""

    next_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True, blank=True)
    relations = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.next_at:%Y-%m-%d %H:%M}"
