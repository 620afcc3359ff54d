"""The request put to one holder, with a deadline."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from library_bridge.models import Reader
    from sharing.prepared import Given


class AskQuerySet(models.QuerySet["Ask"]):
    def visible_to(self, reader: "Reader | Given") -> "AskQuerySet":
        """The holder alone: the requester sees the request, never who was asked (P2)."""
        return self.filter(holder=reader)

    def waiting(self) -> "AskQuerySet":
        return self.filter(status=Ask.Status.ASKED)

    def for_page(self) -> "AskQuerySet":
        return self.select_related("request__title", "request__requester", "copy", "library_loan", "conversation")


class Ask(models.Model):
    class Status(models.TextChoices):
        ASKED = "asked", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("not answered in time")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Reason(models.TextChoices):
        STILL_READING = "still_reading", _("I still need it")
        AWAY = "away", _("I am away")
        NOT_AT_HAND = "not_at_hand", _("I do not have it at hand")
        OTHER = "other", _("Another reason")

    class Because(models.TextChoices):
        CANCELLED = "cancelled", _("the reader no longer wants it")
        EXPIRED = "expired", _("the request has ended")
        NOT_NEEDED = "not_needed", _("another holder agreed")
        GONE = "gone", _("the book cannot be lent any more")

    class Consent(models.TextChoices):
        """How it was given other than by answering; empty when the holder was asked and said so."""

        OFFER = "offer", _("had offered it")
        STANDING = "standing", _("had agreed beforehand")
        NOW = "now", _("passed it on when they met")

    request = models.ForeignKey("sharing.Request", models.PROTECT, related_name="asks")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="asks")
    copy = models.ForeignKey("personal_catalog.Copy", models.PROTECT, null=True, blank=True, related_name="asks")
    library_loan = models.ForeignKey(
        "library_bridge.LibraryLoan", models.PROTECT, null=True, blank=True, related_name="asks"
    )
    wave = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True, blank=True, help_text=_("The next reminder; empty when none is left."))
    reminders = models.PositiveSmallIntegerField(default=0)
    respond_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=20, choices=Reason, blank=True)
    consent = models.CharField(max_length=10, choices=Consent, blank=True)
    withdrawn_because = models.CharField(max_length=10, choices=Because, blank=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        ordering = ("respond_by", "pk")
        verbose_name = _("ask")
        verbose_name_plural = _("asks")
        constraints = (
            models.CheckConstraint(
                condition=Q(copy=None, library_loan__isnull=False) | Q(copy__isnull=False, library_loan=None),
                name="ask_exactly_one_holding",
            ),
            models.CheckConstraint(condition=Q(consent="") | Q(status="accepted"), name="ask_consent_is_accepted"),
            models.UniqueConstraint(
                fields=("request", "copy"), condition=~Q(status="withdrawn"), name="one_ask_per_copy"
            ),
            models.UniqueConstraint(
                fields=("request", "library_loan"), condition=~Q(status="withdrawn"), name="one_ask_per_loan"
            ),
            models.UniqueConstraint(fields=("copy",), condition=Q(status="asked"), name="one_waiting_ask_per_copy"),
            models.UniqueConstraint(
                fields=("library_loan",), condition=Q(status="asked"), name="one_waiting_ask_per_loan"
            ),
        )
        indexes = (models.Index(fields=("status", "respond_by")), models.Index(fields=("holder", "status")))

    def __str__(self) -> str:
        return f"A-{self.pk}"

    @property
    def kind(self) -> str:
        return "personal_copy" if self.copy_id else "library_loan"
