"""When a book stays with its holder for a while: asks go round it, without a mark."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sharing.models.offers import ONE_HOLDING, OfHolding


class Absence(models.Model):
    """From the first day to the last nobody asks this reader for anything."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absence")
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = (
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="absence_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.first_date} {self.last_date}"


class Rest(OfHolding):
    """Not now: up to and with this day the holder keeps the book."""

    last_date = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("rest of a book")
        verbose_name_plural = _("rests of books")
        constraints = (models.CheckConstraint(condition=ONE_HOLDING, name="rest_exactly_one_holding"),)
