"""A book on its way by courier, from its dispatch until it has arrived or is lost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Shipment(models.Model):
    class Outcome(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        PRESUMED = "presumed", _("taken to have arrived")
        LOST = "lost", _("settled by a librarian")

    handover = models.OneToOneField("sharing.Handover", models.PROTECT, related_name="shipment")
    carrier = models.CharField(_("carrier"), max_length=40)
    tracking_number = models.CharField(_("tracking number"), max_length=40)
    sent_at = models.DateTimeField()
    arrives_by = models.DateTimeField(help_text=_("From then on it is taken to have arrived."))
    act_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the service acts by itself if nobody else has.")
    )
    reminders = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    class Meta:
        ordering = ("sent_at", "pk")
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at=None, act_at__isnull=False, outcome="")
                | (Q(ended_at__isnull=False, act_at=None) & ~Q(outcome="")),
                name="shipment_has_a_deadline_or_an_end",
            ),
        )
        indexes = (models.Index(fields=("act_at",)),)

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}"
