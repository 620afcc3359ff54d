from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incentives.models.ledger import Entry


class Adjustment(models.Model):
    """A librarian's change by hand (M7): a reason, never for oneself, above a limit a second person."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        POSTED = "posted", _("posted")
        REJECTED = "rejected", _("rejected")

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("reader")
    )
    amount = models.IntegerField(_("points"))
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second person"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="adjustment")

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_adjustment_has_a_reason"),
            models.CheckConstraint(condition=~Q(amount=0), name="an_adjustment_is_not_zero"),
            models.CheckConstraint(condition=~Q(proposed_by=F("reader")), name="no_adjustment_for_oneself"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | (~Q(decided_by=F("reader")) & ~Q(decided_by=F("proposed_by"))),
                name="the_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=Q(status="posted", entry__isnull=False) | (~Q(status="posted") & Q(entry=None)),
                name="a_posted_adjustment_has_its_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d}"
