"""The agreed passing-on that follows an accepted ask, until it is finished. One model for copies and library loans."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge import desks

if TYPE_CHECKING:
    from library_bridge.models import Reader
    from personal_catalog.models import Title
    from sharing.models.handovers import Handover
    from sharing.prepared import Given


class LendingQuerySet(models.QuerySet["Lending"]):
    def visible_to(self, reader: "Reader | Given") -> "LendingQuerySet":
        return self.filter(Q(giver=reader) | Q(taker=reader))

    def visible_to_staff(self, staff: "Reader") -> "LendingQuerySet":
        return self.filter(desks.seen_by(staff, "giver", "taker"))

    def live(self) -> "LendingQuerySet":
        return self.filter(closed_at=None)

    def to_meet(self) -> "LendingQuerySet":
        """A handover can be arranged or is next: `policies.direction_now`, as a query."""
        called = Q(status=Lending.Status.NEEDS_LIBRARIAN, return_started_at__isnull=False)
        return self.filter(Q(status__in=(Lending.Status.AGREED, Lending.Status.RETURNING)) | called)

    def for_page(self) -> "LendingQuerySet":
        return self.select_related(
            "request__title",
            "giver",
            "taker",
            "copy__journey",
            "library_loan__library",
            "ask__conversation",
            "transfer",
        ).prefetch_related("handovers")


class Lending(models.Model):
    class Kind(models.TextChoices):
        PERSONAL_COPY = "personal_copy", _("reader's own copy")
        LIBRARY_LOAN = "library_loan", pgettext_lazy("kind of lending", "library loan")

    class Mode(models.TextChoices):
        LEND = "lend", _("lend")
        DRIFT = "drift", _("drift")
        GIFT = "gift", _("gift")
        TRANSFER = "transfer", _("transfer")

    class Status(models.TextChoices):
        AGREED = "agreed", _("agreed")
        HANDED_OVER = "handed_over", _("handed over")
        ON_LOAN = "on_loan", _("on loan")
        RETURNING = "returning", _("on the way back")
        TRANSFERRING = "transferring", _("the library is moving the loan")
        NEEDS_LIBRARIAN = "needs_librarian", _("a librarian is needed")
        COMPLETED = "completed", _("completed")
        CANCELLED = "cancelled", _("cancelled")
        NO_SHOW = "no_show", _("nobody came")
        DISPUTED = "disputed", _("disputed")
        SETTLED = "settled", _("settled")

    TERMINAL = (Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW, Status.SETTLED)

    request = models.ForeignKey("sharing.Request", models.PROTECT, related_name="lendings")
    ask = models.OneToOneField("sharing.Ask", models.PROTECT, related_name="lending")
    kind = models.CharField(max_length=15, choices=Kind)
    mode = models.CharField(max_length=10, choices=Mode)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="lendings_given")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="lendings_taken")
    copy = models.ForeignKey("personal_catalog.Copy", models.PROTECT, null=True, blank=True, related_name="lendings")
    library_loan = models.ForeignKey(
        "library_bridge.LibraryLoan", models.PROTECT, null=True, blank=True, related_name="lendings"
    )
    transfer = models.OneToOneField(
        "library_bridge.Transfer", models.PROTECT, null=True, blank=True, related_name="lending"
    )
    status = models.CharField(max_length=15, choices=Status, default=Status.AGREED)
    agreed_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text=_("When the service acts by itself if nobody else has."))
    handed_over_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    return_started_at = models.DateTimeField(
        null=True, blank=True, help_text=_("From then on the borrower is not late: the owner has to act, too.")
    )
    extended_at = models.DateTimeField(null=True, blank=True)
    longer_days = models.PositiveSmallIntegerField(
        default=0, help_text=_("Days that the borrower had on top, once, beside the policy's extension.")
    )
    reminders = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=500, blank=True)

    objects = LendingQuerySet.as_manager()

    class Meta:
        ordering = ("-agreed_at", "-pk")
        verbose_name = _("lending")
        verbose_name_plural = _("lendings")
        permissions = (("look_up_readers", _("Can look up the two readers of a lending, with a reason")),)
        constraints = (
            models.UniqueConstraint(fields=("copy",), condition=Q(closed_at=None), name="one_live_lending_per_copy"),
            models.UniqueConstraint(
                fields=("library_loan",), condition=Q(closed_at=None), name="one_live_lending_per_loan"
            ),
            models.UniqueConstraint(
                fields=("request",), condition=Q(closed_at=None), name="one_live_lending_per_request"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_lends_to_oneself"),
            models.CheckConstraint(
                condition=Q(copy=None, library_loan__isnull=False) | Q(copy__isnull=False, library_loan=None),
                name="lending_exactly_one_holding",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("completed", "cancelled", "no_show", "settled"), closed_at__isnull=False)
                | (~Q(status__in=("completed", "cancelled", "no_show", "settled")) & Q(closed_at=None)),
                name="lending_closed_when_terminal",
            ),
        )
        indexes = (models.Index(fields=("status", "deadline_at")),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("lending", args=[self.pk])

    @property
    def number(self) -> str:
        return f"L-{self.agreed_at:%y}-{self.pk:06d}"

    @property
    def title(self) -> "Title":
        return self.request.title

    @property
    def is_live(self) -> bool:
        return self.closed_at is None

    @property
    def underway(self) -> "Handover | None":
        """The handover whose book is out of the one's hands and not yet in the other's; from prefetched rows where there are."""
        return next((one for one in self.handovers.all() if one.is_underway), None)

    def role_of(self, reader: "Reader") -> str:
        return "giver" if reader.pk == self.giver_id else "taker"

    def other(self, reader: "Reader") -> "Reader":
        return self.taker if reader.pk == self.giver_id else self.giver

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.is_live and self.due_at < (self.return_started_at or now)

    @property
    def came_back_late(self) -> bool:
        back_at = self.return_started_at or self.closed_at
        return self.due_at is not None and back_at is not None and self.due_at < back_at
