"""How the book was when it changed hands, as one of the two saw it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from personal_catalog.models.photos import new_token

if TYPE_CHECKING:
    from library_bridge.models import Reader


class ConditionCheckQuerySet(models.QuerySet["ConditionCheck"]):
    def visible_to(self, reader: "Reader") -> "ConditionCheckQuerySet":
        return self.filter(Q(handover__lending__giver=reader) | Q(handover__lending__taker=reader))


class ConditionCheck(models.Model):
    """`worse` names the parts that are worse than before; none: all as before. The photo shows it, where there is one."""

    class Part(models.TextChoices):
        COVER = "cover", pgettext_lazy("part of a book", "Cover")
        PAGES = "pages", pgettext_lazy("part of a book", "Pages")
        NOTES = "notes", _("Notes and marks in it")
        PARTS = "parts", _("Something is missing")

    handover = models.ForeignKey("sharing.Handover", models.PROTECT, related_name="conditions")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    worse = models.JSONField(default=list, blank=True)
    photo = models.FileField(upload_to="conditions", blank=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    checked_at = models.DateTimeField()

    objects = ConditionCheckQuerySet.as_manager()

    class Meta:
        ordering = ("checked_at", "pk")
        verbose_name = _("condition at a handover")
        verbose_name_plural = _("conditions at handovers")
        constraints = (models.UniqueConstraint(fields=("handover", "reader"), name="one_condition_per_reader"),)

    def __str__(self) -> str:
        return f"{self.handover_id} {','.join(self.worse)}"

    def get_absolute_url(self) -> str:
        return reverse("condition-photo", args=[self.token])


def parts_in_words(worse: Iterable[str]) -> str:
    """What is worse than before, in one line."""
    labels = [str(ConditionCheck.Part(part).label) for part in worse]
    return pgettext("between parts", ", ").join(labels) if labels else gettext("all as before")
