"""Where readers meet, as librarians list it, and when a reader usually has time."""

from datetime import datetime, time

from django.conf import settings
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sharing.phrases import fill
from sharing.typography import page_language

SATURDAY = 5


class MeetingPlace(models.Model):
    """A public place that both find. Without times it is always open; without times at weekends it is closed then."""

    name_zh = models.CharField(_("Chinese name"), max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=80, unique=True)
    area = models.ForeignKey(
        "library_bridge.Area", models.SET_NULL, verbose_name=_("area"), null=True, blank=True, related_name="+",
        help_text=_("Readers of this area see it first."),
    )  # fmt: skip
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)], help_text=_("E.g. 29.56301, as a map shows it."),
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    opens = models.TimeField(_("opens, Monday to Friday"), null=True, blank=True)
    closes = models.TimeField(_("closes, Monday to Friday"), null=True, blank=True)
    weekend_opens = models.TimeField(_("opens at weekends"), null=True, blank=True)
    weekend_closes = models.TimeField(_("closes at weekends"), null=True, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ("name_zh",)
        verbose_name = _("meeting place")
        verbose_name_plural = _("meeting places")
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="place_has_both_coordinates",
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(closes__isnull=False, opens__lt=models.F("closes")),
                name="place_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(weekend_opens=None, weekend_closes=None)
                | Q(weekend_closes__isnull=False, weekend_opens__lt=models.F("weekend_closes")),
                name="place_opens_before_it_closes_at_weekends",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What the constraints refuse, in words."""
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError({"longitude": _("Latitude and longitude belong together.")})
        for first, last in (("opens", "closes"), ("weekend_opens", "weekend_closes")):
            begin, end = getattr(self, first), getattr(self, last)
            if (begin is None) != (end is None) or (begin is not None and begin >= end):
                raise ValidationError({last: _("It opens before it closes; both times or neither.")})

    @property
    @display(description=pgettext_lazy("of a place", "name"))
    def name(self) -> str:
        return self.name_en if page_language() == "en" else self.name_zh

    @property
    def is_always_open(self) -> bool:
        return self.opens is None and self.weekend_opens is None

    def hours_on(self, weekday: int) -> tuple[time, time] | None:
        """Of a weekday from 0 for Monday; None while it is closed all day."""
        if self.is_always_open:
            return time.min, time.max
        begin, end = (self.weekend_opens, self.weekend_closes) if weekday >= SATURDAY else (self.opens, self.closes)
        return (begin, end) if begin is not None and end is not None else None

    def is_open(self, at: datetime) -> bool:
        local = timezone.localtime(at)
        hours = self.hours_on(local.weekday())
        return hours is not None and hours[0] <= local.time() < hours[1]

    @property
    def hours(self) -> str:
        """In one line."""
        if self.is_always_open:
            return gettext("always open")
        parts = {"week": _span(self.hours_on(0)), "weekend": _span(self.hours_on(SATURDAY))}
        return fill(gettext("Mon–Fri %(week)s · Sat–Sun %(weekend)s"), parts)

    @property
    def geo(self) -> str:
        """For the reader's own map (RFC 5870); empty where no position is known."""
        return "" if self.latitude is None else f"geo:{self.latitude},{self.longitude}"


def _span(hours: tuple[time, time] | None) -> str:
    return f"{hours[0]:%H:%M}–{hours[1]:%H:%M}" if hours else pgettext("opening hours", "closed")


class FreeTimes(models.Model):
    """When a reader usually can meet: parts of a week, as `sharing.free_times` names them."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="free_times")
    parts = models.JSONField(_("parts of the week"), default=list, blank=True)

    class Meta:
        verbose_name = _("free times")
        verbose_name_plural = _("free times")

    def __str__(self) -> str:
        return " ".join(self.parts)
