"""How an exchange went, as one of its two sides says: about the exchange, never about the person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Rating(models.Model):
    """Opens to the other side together with theirs (T-C9)."""

    class Went(models.TextChoices):
        SMOOTHLY = "smoothly", pgettext_lazy("how an exchange went", "Smoothly")
        HITCHES = "hitches", pgettext_lazy("how an exchange went", "With hitches")
        BADLY = "badly", pgettext_lazy("how an exchange went", "Not well")

    lending = models.ForeignKey("sharing.Lending", models.PROTECT, related_name="ratings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    went = models.CharField(_("how it went"), max_length=10, choices=Went)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        ordering = ("rated_at", "pk")
        verbose_name = _("rating of an exchange")
        verbose_name_plural = _("ratings of exchanges")
        constraints = (models.UniqueConstraint(fields=("lending", "reader"), name="one_rating_a_side"),)

    def __str__(self) -> str:
        return f"{self.lending_id} {self.went}"
