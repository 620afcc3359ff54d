"""What a holder has said beforehand: done with a book, or agreed to pass it on under conditions."""

from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from library_bridge.models import LibraryLoan, Reader
    from personal_catalog.models import Copy

SAID = ("offer", "standingconsent")
"""What comes with a copy or a loan, to be fetched along."""


class OfHolding(models.Model):
    """A row counts only as long as the book is with this holder."""

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    copy = models.OneToOneField("personal_catalog.Copy", models.CASCADE, null=True, blank=True)
    library_loan = models.OneToOneField("library_bridge.LibraryLoan", models.CASCADE, null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"copy-{self.copy_id}" if self.copy_id else f"loan-{self.library_loan_id}"


ONE_HOLDING = Q(copy=None, library_loan__isnull=False) | Q(copy__isnull=False, library_loan=None)


class Offer(OfHolding):
    """Done with it: whoever waits, else the next to ask, may have it."""

    offered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = (models.CheckConstraint(condition=ONE_HOLDING, name="offer_exactly_one_holding"),)


class StandingConsent(OfHolding):
    """An ask that fits the conditions is accepted without asking the holder each time."""

    same_area = models.BooleanField(_("only readers of my part of the campus"), default=False)
    days_before_due = models.PositiveSmallIntegerField(
        _("not within so many days of the due date"), default=7, validators=[MaxValueValidator(60)]
    )
    per_week = models.PositiveSmallIntegerField(
        _("at most so many a week"), default=1, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("standing consent")
        verbose_name_plural = _("standing consents")
        constraints = (models.CheckConstraint(condition=ONE_HOLDING, name="consent_exactly_one_holding"),)


Said = TypeVar("Said", Offer, StandingConsent)


def said_by(kind: type[Said], book: "Copy | LibraryLoan", holder: "Reader") -> Said | None:
    """The holder's own word about the book; what an earlier holder said does not count."""
    said = getattr(book, kind.__name__.lower(), None)
    return said if isinstance(said, kind) and said.holder_id == holder.pk else None
