"""A reader's wish to have their account erased: there is time to think it over, and it waits for what is still open (T-O3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> "ErasureQuerySet":
        return self.filter(erased_at=None)


class Erasure(models.Model):
    """Stays when it is done: that an account was erased, and when; the account is only a number then."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure")
    asked_at = models.DateTimeField()
    act_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at",)
        verbose_name = _("erasing of an account")
        verbose_name_plural = _("erasings of accounts")
        indexes = (models.Index(fields=("act_at",), condition=models.Q(erased_at=None), name="erasure_waiting"),)

    def __str__(self) -> str:
        return f"{self.reader_id} {self.asked_at:%Y-%m-%d}"
