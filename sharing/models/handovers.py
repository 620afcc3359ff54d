"""The book changes hands: method, place, time, code, two confirmations."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sharing.typography import page_language

if TYPE_CHECKING:
    from library_bridge.models import Reader
    from sharing.prepared import Given


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, reader: "Reader | Given") -> "HandoverQuerySet":
        return self.filter(Q(lending__giver=reader) | Q(lending__taker=reader))

    def open(self) -> "HandoverQuerySet":
        return self.filter(status__in=Handover.OPEN)


class Handover(models.Model):
    class Direction(models.TextChoices):
        OUT = "out", _("out")
        BACK = "back", _("back")

    class Method(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        DROP_POINT = "drop_point", _("at a drop point")
        COURIER = "courier", _("by courier")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        AGREED = "agreed", _("agreed")
        DEPOSITED = "deposited", _("lies at the drop point")
        SENT = "sent", _("on its way by courier")
        CONFIRMED = "confirmed", _("confirmed")
        REPLACED = "replaced", _("proposed anew")
        MISSED = "missed", _("missed")

    UNDERWAY = (Status.DEPOSITED, Status.SENT)  # out of the giver's hands, not yet in the taker's
    OPEN = (Status.PROPOSED, Status.AGREED, *UNDERWAY)

    lending = models.ForeignKey("sharing.Lending", models.PROTECT, related_name="handovers")
    direction = models.CharField(max_length=4, choices=Direction)
    method = models.CharField(max_length=10, choices=Method)
    place = models.CharField(max_length=120)
    place_en = models.CharField(
        max_length=120, blank=True
    )  # only for a place of the list; else `place` is as it was typed
    drop_point = models.ForeignKey("sharing.DropPoint", models.PROTECT, null=True, blank=True, related_name="handovers")
    starts_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    pin_serial = models.PositiveIntegerField(default=0)
    pin_expires_at = models.DateTimeField(null=True, blank=True)
    qr_serial = models.PositiveIntegerField(default=0)
    qr_expires_at = models.DateTimeField(null=True, blank=True)
    code_used = models.BooleanField(default=False)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    pins_killed_at = models.JSONField(default=list, blank=True)
    codes_shown = models.JSONField(default=list, blank=True)  # "pin" or "qr", serial, shown from, until: the latest
    giver_confirmed_at = models.DateTimeField(null=True, blank=True)
    taker_confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ("proposed_at", "pk")
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = (
            models.UniqueConstraint(
                fields=("lending", "direction"),
                condition=Q(status__in=("proposed", "agreed", "deposited", "sent", "confirmed")),
                name="one_open_handover",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(giver_confirmed_at__isnull=False, taker_confirmed_at__isnull=False),
                name="confirmed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(method="drop_point") | Q(drop_point=None), name="drop_point_only_by_its_method"
            ),
        )

    def __str__(self) -> str:
        return f"H-{self.pk}"

    @property
    def place_name(self) -> str:
        """In the language of who looks, as far as we know it."""
        return self.place_en if self.place_en and page_language() == "en" else self.place

    @property
    def has_time(self) -> bool:
        """Not so a return that was only begun, where the two meet when it suits them or agree on a time later, nor what is passed on
        as they stand together."""
        return self.starts_at != self.proposed_at

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_underway(self) -> bool:
        return self.status in self.UNDERWAY

    @property
    def giver_id(self) -> int:
        """Who hands the book over now: on the way back that is the borrower."""
        return self.lending.giver_id if self.direction == self.Direction.OUT else self.lending.taker_id

    @property
    def taker_id(self) -> int:
        return self.lending.taker_id if self.direction == self.Direction.OUT else self.lending.giver_id
