from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Rule(models.Model):
    """What is paid for. The moment is fixed in code; how much and how often stands in its versions, the librarians'."""

    class Code(models.TextChoices):
        FIRST_LENDING = "first_lending", _("first book passed on")
        LENDING_COMPLETED = "lending_completed", _("book passed on")
        QUICK_ANSWER = "quick_answer", _("quick answer")
        KEPT_APPOINTMENT = "kept_appointment", _("appointment kept")
        CAREFUL_RETURN = "careful_return", _("returned in time")
        CATALOGUING_HELP = "cataloguing_help", _("help with the catalogue, accepted by a curator")
        DRIFT_JOURNEY = "drift_journey", _("a drifting book on a long journey")

    class Pays(models.TextChoices):
        GIVER = "giver", _("who gives")
        TAKER = "taker", _("who takes")
        ACTOR = "actor", _("who acts")
        BOTH = "both", pgettext_lazy("who is paid", "both")
        HELPER = "helper", _("who helped")

    code = models.CharField(_("rule"), max_length=30, choices=Code, unique=True)
    event_kind = models.CharField(_("event"), max_length=40, editable=False)
    pays = models.CharField(_("pays"), max_length=8, choices=Pays, editable=False)
    once = models.BooleanField(_("once per reader"), default=False, editable=False)

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        ordering = ["event_kind", "code"]

    def __str__(self) -> str:
        return self.get_code_display()

    def terms_at(self, moment: datetime) -> "RuleVersion | None":
        """The version that holds then: of those that have begun the latest, unless it has ended or pays nothing. Reads `versions`
        as they may have been prefetched."""
        return RuleVersion.at(moment, self.versions.all())


class RuleVersion(models.Model):
    """The terms of a rule from a date on. A change is a new version, so what has been paid stays explained."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveSmallIntegerField(_("version"), editable=False)
    active = models.BooleanField(_("active"), default=True)
    points = models.PositiveSmallIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(1000)])
    waiting_days = models.PositiveSmallIntegerField(_("waiting period in days"), default=7)
    within_hours = models.PositiveSmallIntegerField(
        _("within hours"), null=True, blank=True, help_text=_("How quick an answer, how punctual a handover.")
    )
    hands_at_least = models.PositiveSmallIntegerField(
        _("readers it has reached at least"),
        null=True,
        blank=True,
        help_text=_("For a drifting book: from the reader of this number on."),
    )
    min_hours_out = models.PositiveSmallIntegerField(
        _("hours out at least"),
        default=0,
        help_text=_("For own copies on loan. A transfer is confirmed by the library."),
    )
    cap_days = models.PositiveSmallIntegerField(_("caps count days"), default=30, validators=[MinValueValidator(1)])
    pair_cap = models.PositiveSmallIntegerField(
        _("times for the same two readers"), null=True, blank=True, help_text=_("Empty: no cap.")
    )
    copy_cap = models.PositiveSmallIntegerField(
        _("times for the same two readers and the same book"), null=True, blank=True, help_text=_("Empty: no cap.")
    )
    day_cap = models.PositiveSmallIntegerField(_("times a day"), null=True, blank=True, help_text=_("Empty: no cap."))
    partner_days = models.PositiveSmallIntegerField(
        _("other reader here for days"), default=0, help_text=_("Against bonuses among fresh accounts.")
    )
    starts_at = models.DateTimeField(_("holds from"))
    ends_at = models.DateTimeField(_("holds until"), null=True, blank=True, help_text=_("Empty: until it is changed."))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    made_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("version of a points rule")
        verbose_name_plural = _("versions of points rules")
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="one_version_of_a_number"),
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=1000), name="version_points_in_range"),
            models.CheckConstraint(condition=Q(cap_days__gte=1), name="version_caps_count_a_day_or_more"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="version_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.number}"

    @classmethod
    def at(cls, moment: datetime, versions: "Iterable[RuleVersion]") -> "RuleVersion | None":
        """Of one rule's versions the one that holds then."""
        begun = [version for version in versions if version.starts_at <= moment]
        latest = max(begun, key=lambda version: (version.starts_at, version.number), default=None)
        return latest if latest is not None and latest.holds_at(moment) else None

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It would end before it begins.")})

    def holds_at(self, moment: datetime) -> bool:
        return self.active and self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)
