"""A book that lies at a drop point, from the moment its giver left it until somebody took it away."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from personal_catalog.models.photos import new_token
from sharing.models.drop_points import LONGEST_LABEL

if TYPE_CHECKING:
    from library_bridge.models import Reader


class DepositQuerySet(models.QuerySet["Deposit"]):
    def visible_to(self, reader: "Reader") -> "DepositQuerySet":
        return self.filter(Q(handover__lending__giver=reader) | Q(handover__lending__taker=reader))

    def lying(self) -> "DepositQuerySet":
        return self.filter(ended_at=None)


class Deposit(models.Model):
    class Outcome(models.TextChoices):
        COLLECTED = "collected", _("collected")
        TAKEN_BACK = "taken_back", _("taken back by its giver")
        LEFT = "left", _("nobody took it")

    handover = models.OneToOneField("sharing.Handover", models.PROTECT, related_name="deposit")
    drop_point = models.ForeignKey("sharing.DropPoint", models.PROTECT, related_name="deposits")
    compartment = models.CharField(max_length=LONGEST_LABEL)
    alone = models.BooleanField(default=False)  # as the drop point was when the book was left
    photo = models.FileField(upload_to="deposits", blank=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    deposited_at = models.DateTimeField()
    collect_by = models.DateTimeField()
    act_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the service acts by itself if nobody else has.")
    )
    reminders = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = DepositQuerySet.as_manager()

    class Meta:
        ordering = ("deposited_at", "pk")
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = (
            models.UniqueConstraint(
                fields=("drop_point", "compartment"),
                condition=Q(ended_at=None, alone=True),
                name="one_book_in_a_locker",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, act_at__isnull=False, outcome="")
                | (Q(ended_at__isnull=False, act_at=None) & ~Q(outcome="")),
                name="deposit_has_a_deadline_or_an_end",
            ),
        )
        indexes = (models.Index(fields=("act_at",)),)

    def __str__(self) -> str:
        return self.compartment

    def get_absolute_url(self) -> str:
        """Of its photo."""
        return reverse("deposit-photo", args=[self.token])
