"""Days on which the campus rests: librarians enter them, and windows are the longer for them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))

    class Meta:
        ordering = ("-first_date", "-pk")
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(first_date__lte=models.F("last_date")), name="holiday_ends_after_its_beginning"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name_zh} {self.first_date:%Y-%m-%d}"

    def clean(self) -> None:
        if self.first_date and self.last_date and self.last_date < self.first_date:
            raise ValidationError({"last_date": _("The last day comes before the first.")})
