"""A reader wants a title, or one holding of it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from library_bridge import desks

if TYPE_CHECKING:
    from library_bridge.models import Reader
    from sharing.prepared import Given


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, reader: "Reader | Given") -> "RequestQuerySet":
        return self.filter(requester=reader)

    def visible_to_staff(self, staff: "Reader") -> "RequestQuerySet":
        return self.filter(desks.seen_by(staff, "requester"))

    def live(self) -> "RequestQuerySet":
        return self.filter(status__in=Request.LIVE)

    def in_line(self) -> "RequestQuerySet":
        """Who waits before whom: by the time of asking, unless somebody has let another go first."""
        return self.order_by(Coalesce("turn_at", "placed_at"), "pk")

    def for_page(self) -> "RequestQuerySet":
        return self.select_related("title", "requester").prefetch_related("asks")


class Request(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("open")
        MATCHED = "matched", _("agreed")
        FULFILLED = "fulfilled", _("fulfilled")
        UNFILLED = "unfilled", _("not fulfilled")
        CANCELLED = "cancelled", _("cancelled")

    LIVE = (Status.OPEN, Status.MATCHED)

    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests")
    title = models.ForeignKey("personal_catalog.Title", models.PROTECT, related_name="requests")
    copy = models.ForeignKey("personal_catalog.Copy", models.PROTECT, null=True, blank=True, related_name="+")
    library_loan = models.ForeignKey(
        "library_bridge.LibraryLoan", models.PROTECT, null=True, blank=True, related_name="+"
    )
    message = models.CharField(max_length=500, blank=True)
    needed_by = models.DateField(null=True, blank=True)
    areas = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    wave = models.PositiveSmallIntegerField(default=0)
    placed_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When somebody was last looked for who could be asked.")
    )
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when nobody is asked for it; it keeps its place.")
    )
    turn_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Its time in the queue, once its reader has let another go first.")
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=40, blank=True)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since then it does not say whose it was (P6).")
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ("-placed_at", "-pk")
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = (
            models.UniqueConstraint(
                fields=("requester", "title"),
                condition=Q(status__in=("open", "matched")),
                name="one_live_request_per_title",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("open", "matched"), closed_at=None) | Q(closed_at__isnull=False),
                name="request_closed_in_time",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None) | ~Q(status="matched"), name="request_not_agreed_while_paused"
            ),
            models.CheckConstraint(condition=Q(copy=None) | Q(library_loan=None), name="request_one_holding"),
        )
        indexes = (models.Index(fields=("status", "deadline_at")),)

    def __str__(self) -> str:
        return f"R-{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE
