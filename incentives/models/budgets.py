"""What a library sets aside for rewards: so many points from one day to another, of which each voucher takes its price."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.models import Library

MOST_POINTS = 100_000_000


class RewardBudget(models.Model):
    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="+", verbose_name=_("library"))
    starts_date = models.DateField(_("first day"))
    ends_date = models.DateField(_("last day"), help_text=_("A year, a term, or any other span."))
    points = models.PositiveIntegerField(_("points"), validators=[MaxValueValidator(MOST_POINTS)])
    spent = models.PositiveIntegerField(pgettext_lazy("budget", "spent"), default=0, editable=False)

    class Meta:
        verbose_name = _("budget for rewards")
        verbose_name_plural = _("budgets for rewards")
        ordering = ["-starts_date", "library"]
        constraints = [
            models.CheckConstraint(
                condition=Q(spent__gte=0, spent__lte=F("points")), name="a_budget_is_never_overdrawn"
            ),
            models.CheckConstraint(condition=Q(points__lte=MOST_POINTS), name="a_budget_is_in_range"),
            models.CheckConstraint(condition=Q(ends_date__gte=F("starts_date")), name="a_budget_ends_after_it_starts"),
            models.UniqueConstraint(fields=["library", "starts_date"], name="one_budget_of_a_library_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.library} {self.starts_date} – {self.ends_date}"

    @property
    def left(self) -> int:
        return self.points - self.spent

    def clean(self) -> None:
        if self.starts_date and self.ends_date:
            if self.ends_date < self.starts_date:
                raise ValidationError({"ends_date": _("The last day would come before the first.")})
            self._require_free_days()
        if self.points is not None and self.points < self.spent:
            said = _("%(spent)d points have been spent already; it cannot be less.") % {"spent": self.spent}
            raise ValidationError({"points": said})

    def _require_free_days(self) -> None:
        """One day, one budget: otherwise nobody could say which of them is used up."""
        others = RewardBudget.objects.filter(library=self.library_id, starts_date__lte=self.ends_date)
        if other := others.filter(ends_date__gte=self.starts_date).exclude(pk=self.pk).first():
            said = _("This library has a budget from %(first)s to %(last)s already.")
            raise ValidationError({"starts_date": said % {"first": other.starts_date, "last": other.ends_date}})
