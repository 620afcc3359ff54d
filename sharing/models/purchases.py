"""What a reader would like the library to buy."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PurchaseSuggestion(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("purchase suggestion", "Open")
        ORDERED = "ordered", pgettext_lazy("purchase suggestion", "Ordered")
        DECLINED = "declined", pgettext_lazy("purchase suggestion", "Declined")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="purchase_suggestions")
    title = models.CharField(_("title"), max_length=300)
    creators = models.CharField(_("creators"), max_length=200, blank=True)
    isbn13 = models.CharField("ISBN", max_length=13, blank=True)
    note = models.CharField(_("why the library should have it"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("suggested"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("purchase suggestion")
        verbose_name_plural = _("purchase suggestions")
        constraints = (
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="purchase_decided_when_closed",
            ),
            models.UniqueConstraint(
                fields=("reader", "title", "creators"), condition=Q(status="open"), name="purchase_suggested_once"
            ),
        )
        indexes = (models.Index("status", "created_at", name="purchase_queue"),)

    def __str__(self) -> str:
        return self.title
