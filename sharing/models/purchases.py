"""What a reader would like the library to buy, and the day by which the library answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PurchaseSuggestionQuerySet(models.QuerySet["PurchaseSuggestion"]):
    def waiting(self) -> "PurchaseSuggestionQuerySet":
        return self.filter(status="open")

    def alike(self, one: "PurchaseSuggestion") -> "PurchaseSuggestionQuerySet":
        """Those of the same book, itself among them: by number, else by words."""
        same = Q(title__iexact=one.title, creators__iexact=one.creators)
        return self.filter(same | Q(isbn13=one.isbn13) if one.isbn13 else same)


class PurchaseSuggestion(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("purchase suggestion", "Open")
        ORDERED = "ordered", pgettext_lazy("purchase suggestion", "Ordered")
        DECLINED = "declined", pgettext_lazy("purchase suggestion", "Declined")
        LAPSED = "lapsed", pgettext_lazy("purchase suggestion", "Not decided")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="purchase_suggestions")
    title = models.CharField(_("title"), max_length=300)
    creators = models.CharField(_("creators"), max_length=200, blank=True)
    isbn13 = models.CharField("ISBN", max_length=13, blank=True)
    note = models.CharField(_("why the library should have it"), max_length=500, blank=True)
    is_first = models.BooleanField(
        pgettext_lazy("purchase suggestion", "first"), default=False, help_text=_("Its reader had it moved up.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("suggested"))
    answer_by = models.DateTimeField(_("answer by"))
    remind_at = models.DateTimeField(null=True, blank=True)
    """When librarians are reminded next; None when it is decided."""
    late_at = models.DateTimeField(null=True, blank=True)
    """When its first day had passed and the reader was told of the second, which is the last."""
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = PurchaseSuggestionQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("purchase suggestion")
        verbose_name_plural = _("purchase suggestions")
        constraints = (
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None, remind_at__isnull=False)
                | ~Q(status="open") & Q(decided_at__isnull=False, remind_at=None),
                name="purchase_decided_when_closed",
            ),
            models.UniqueConstraint(
                fields=("reader", "title", "creators"), condition=Q(status="open"), name="purchase_suggested_once"
            ),
        )
        indexes = (
            models.Index("answer_by", condition=Q(status="open"), name="purchase_queue"),
            models.Index("remind_at", condition=Q(status="open"), name="purchase_reminders"),
        )

    def __str__(self) -> str:
        return self.title
