from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Appeal(models.Model):
    """A reader asks a librarian to look at what counts against them. Granted, it counts no longer; see `incentives.standing`."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("appeal", "to be answered")
        GRANTED = "granted", pgettext_lazy("appeal", "granted")
        REFUSED = "refused", pgettext_lazy("appeal", "stays as it is")

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("reader")
    )
    words = models.CharField(_("what the reader says"), max_length=500)
    made_at = models.DateTimeField(pgettext_lazy("appeal", "made"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal about standing")
        verbose_name_plural = _("appeals about standing")
        ordering = ("-status", "made_at", "pk")
        indexes = (models.Index(fields=["reader", "status"], name="appeals_of_a_reader"),)
        constraints = (
            models.UniqueConstraint(fields=["reader"], condition=Q(status="open"), name="one_open_appeal_a_reader"),
            models.CheckConstraint(
                condition=Q(status="open", answered_at=None)
                | ~Q(status="open") & Q(answered_at__isnull=False) & ~Q(answer=""),
                name="an_answered_appeal_says_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} · {self.get_status_display()}"
