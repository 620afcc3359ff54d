"""Somebody who collects the book in the taker's place: no account and no name, only a code that the giver asks for."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from library_bridge.models import Reader


class CollectorQuerySet(models.QuerySet["Collector"]):
    def standing(self) -> "CollectorQuerySet":
        """Named, not taken back, not used; the lending still waits for its handover."""
        return self.filter(revoked_at=None, used_at=None, lending__status="agreed")

    def visible_to(self, taker: "Reader") -> "CollectorQuerySet":
        return self.filter(lending__taker=taker)


class Collector(models.Model):
    """One at a time for a lending; named again, another link and another code count. `named_at` is when the taker agreed to it."""

    lending = models.OneToOneField("sharing.Lending", models.PROTECT, related_name="collector")
    serial = models.PositiveIntegerField(default=1)
    named_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    objects = CollectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("collector of a book")
        verbose_name_plural = _("collectors of books")

    def __str__(self) -> str:
        return f"{self.lending_id}:{self.serial}"
