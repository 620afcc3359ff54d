"""A book that its holder keeps for a certain reader or group first; afterwards it is open to all."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from personal_catalog.models import ReaderGroup
from sharing.models.offers import ONE_HOLDING, OfHolding


class Kept(OfHolding):
    """For a group, for one reader, or, with neither, for whoever comes first by the link. Up to and with `last_date`."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey(ReaderGroup, models.CASCADE, null=True, blank=True, related_name="+")
    serial = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    last_date = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("kept book")
        verbose_name_plural = _("kept books")
        constraints = (
            models.CheckConstraint(condition=ONE_HOLDING, name="kept_exactly_one_holding"),
            models.CheckConstraint(condition=Q(reader=None) | Q(group=None), name="kept_for_reader_or_group"),
        )
