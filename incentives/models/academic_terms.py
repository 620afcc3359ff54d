from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class AcademicTerm(models.Model):
    """A term of the university, for the lists of a term. Where librarians have entered none, see `incentives.periods`."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60)
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))

    class Meta:
        ordering = ["-first_date"]
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["first_date"], name="one_term_begins_on_a_day"),
            models.CheckConstraint(condition=Q(first_date__lt=F("last_date")), name="a_term_ends_after_its_beginning"),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en

    def clean(self) -> None:
        if not (self.first_date and self.last_date):
            return
        if self.last_date <= self.first_date:
            raise ValidationError({"last_date": _("It would end before it begins.")})
        others = AcademicTerm.objects.exclude(pk=self.pk)
        if both := others.filter(first_date__lte=self.last_date, last_date__gte=self.first_date).first():
            raise ValidationError({"first_date": _("These days belong to “%(term)s” already.") % {"term": both}})
