"""The code that a holder shows to the reader who stands beside them, to pass a book on now."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sharing.models.offers import ONE_HOLDING, OfHolding


class PassOnCode(OfHolding):
    """One row a book; each new code is a higher serial of it. PIN and square are derived, never stored."""

    serial = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()
    lending = models.OneToOneField(
        "sharing.Lending", models.CASCADE, null=True, blank=True, related_name="+",
        help_text=_("What came of the code; one works once."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("pass-on code")
        verbose_name_plural = _("pass-on codes")
        constraints = (models.CheckConstraint(condition=ONE_HOLDING, name="pass_on_exactly_one_holding"),)
        indexes = (models.Index(fields=("expires_at",), condition=Q(lending=None), name="pass_on_living"),)

    @property
    def key(self) -> str:
        return str(self)
