"""The journey of one copy: kept because its owner agreed, told of those holders only who agreed as well."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from personal_catalog.models import Copy, Title

if TYPE_CHECKING:
    from library_bridge.models import Reader


class CopyJourneyQuerySet(models.QuerySet["CopyJourney"]):
    def shown(self) -> "CopyJourneyQuerySet":
        """The owner who agreed still owns it, everybody may see the copy, and its title lives."""
        return self.filter(
            owner=F("copy__owner"),
            copy__visibility=Copy.Visibility.EVERYONE,
            copy__status__in=(Copy.Status.LISTED, Copy.Status.PAUSED),
        ).exclude(copy__title__status__in=Title.UNSEEN)


class CopyJourney(models.Model):
    """There is a row as long as the owner agrees."""

    copy = models.OneToOneField(Copy, models.PROTECT, related_name="journey")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    objects = CopyJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey of a copy")
        verbose_name_plural = _("journeys of copies")

    def __str__(self) -> str:
        return self.copy.label_number

    def get_absolute_url(self) -> str:
        return reverse("copy-journey", args=[self.copy.code])

    @property
    def is_shown(self) -> bool:
        """As in `shown`. Fetch it with its copy and its title."""
        of = self.copy
        seen = of.visibility == Copy.Visibility.EVERYONE and of.status != Copy.Status.WITHDRAWN
        return seen and self.owner_id == of.owner_id and of.title.status not in Title.UNSEEN


class JourneyStop(models.Model):
    """A holder who agreed to appear in one journey, under a name that is used nowhere else."""

    journey = models.ForeignKey(CopyJourney, models.CASCADE, related_name="stops")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="journey_stops")
    name = models.PositiveSmallIntegerField(help_text=_("Place in the list of names."))
    area = models.CharField(_("area"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    agreed_at = models.DateTimeField(_("agreed"))

    class Meta:
        verbose_name = _("stop of a journey")
        verbose_name_plural = _("stops of journeys")
        ordering = ("-agreed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("journey", "reader"), name="one_stop_per_reader_and_journey"),
            models.UniqueConstraint(fields=("journey", "name"), name="one_name_per_journey"),
        )

    def __str__(self) -> str:
        return self.note

    def is_of(self, reader: "Reader | None") -> bool:
        return reader is not None and self.reader_id == reader.pk
