"""The circulation policy: librarians edit it, every limit of the workflow is read from here."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _whole(default: int, least: int, most: int, label: "_StrPromise") -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


@register_setting(icon="cogs")
class CirculationPolicy(BaseGenericSetting):
    answer_window_hours = _whole(48, 1, 336, _("answer window (hours)"))
    wave_size = _whole(3, 1, 20, _("holders asked at once"))
    request_days = _whole(14, 1, 120, _("a request ends after (days)"))
    handover_days = _whole(7, 1, 60, _("handover within (days) of consent"))
    open_requests = _whole(5, 1, 20, _("open requests per reader"))
    asks_per_holder_week = _whole(10, 1, 100, _("asks per holder and week"))
    loan_days = _whole(60, 1, 365, _("loan period of readers' copies (days)"))
    extension_days = _whole(30, 1, 180, _("extension (days)"))
    untransferable_days = _whole(3, 0, 30, _("library loans are not passed on within (days) of their due date"))
    transfers_per_year = _whole(2, 1, 50, _("transfers of one item to one patron a year"))
    free_cancel_days = _whole(90, 1, 365, _("one cancellation without consequence in (days)"))
    quiet_from = models.TimeField(_("quiet hours from"), default="22:00")
    quiet_until = models.TimeField(_("quiet hours until"), default="08:00")

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("answer_window_hours"),
                FieldPanel("wave_size"),
                FieldPanel("request_days"),
                FieldPanel("handover_days"),
            ],
            heading=_("Times"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("open_requests"),
                FieldPanel("asks_per_holder_week"),
                FieldPanel("transfers_per_year"),
                FieldPanel("free_cancel_days"),
            ],
            heading=_("Limits"),
        ),
        MultiFieldPanel(
            [FieldPanel("loan_days"), FieldPanel("extension_days"), FieldPanel("untransferable_days")],
            heading=_("Loan periods"),
        ),
        MultiFieldPanel([FieldPanel("quiet_from"), FieldPanel("quiet_until")], heading=_("Quiet hours")),
    ]

    class Meta:
        verbose_name = _("circulation policy")


class ReaderLimit(models.Model):
    """How many requests this reader may have open, when standing says other than the policy."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="limit")
    open_requests = models.PositiveSmallIntegerField(validators=[MinValueValidator(2), MaxValueValidator(10)])
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reader's limit")
        verbose_name_plural = _("readers' limits")

    def __str__(self) -> str:
        return f"{self.reader_id}: {self.open_requests}"
