from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incentives.models.ledger import Entry

DECIDE_WITHIN = timedelta(days=30)


class RingReview(models.Model):
    """Readers whose books go round among themselves as if for the points (M8): what they earned waits for a librarian."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("review", "to be decided")
        CLEARED = "cleared", pgettext_lazy("review", "cleared")
        TAKEN_BACK = "taken_back", pgettext_lazy("review", "taken back")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("readers"))
    signs = models.JSONField(_("signs"), default=list)
    exchanges = models.PositiveIntegerField(_("exchanges"), default=0)
    found_at = models.DateTimeField(_("found"))
    decide_by = models.DateTimeField(_("decide until"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    why = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("held points")
        verbose_name_plural = _("held points")
        ordering = ("status", "decide_by", "pk")
        indexes = (models.Index(fields=["decide_by"], condition=Q(status="open"), name="ring_review_due"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="ring_review_decided_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="taken_back") | Q(decided_by__isnull=False) & ~Q(why=""),
                name="ring_review_taken_back_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} · {self.get_status_display()}"


class HeldAward(models.Model):
    """An award on the frozen account: moved there by `hold`, and out again by `settled`."""

    review = models.ForeignKey(RingReview, models.PROTECT, related_name="held")
    award = models.OneToOneField(Entry, models.PROTECT, related_name="held")
    hold = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    settled = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.review_id} {self.award_id}"
