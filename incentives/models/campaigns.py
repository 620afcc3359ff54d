from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from incentives.models.rules import Rule
from sharing.models import ReadingListPage


class Campaign(models.Model):
    """For a season some rules pay a multiple, for every book or for those of one course list."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60)
    rules = models.ManyToManyField(Rule, related_name="campaigns", verbose_name=_("rules that pay more"))
    percent = models.PositiveSmallIntegerField(
        _("percent of the usual points"),
        default=200,
        validators=[MinValueValidator(101), MaxValueValidator(500)],
        help_text=_("200 is twice as many. Parts of a point are dropped."),
    )
    reading_list = models.ForeignKey(
        ReadingListPage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only books of the course list"),
        help_text=_("Empty: every book."),
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gt=100, percent__lte=500), name="campaign_percent_in_range"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It would end before it begins.")})

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en
