from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Rule(models.Model):
    """What is paid for. The moment is fixed in code; points, caps and switch are the librarians'."""

    class Code(models.TextChoices):
        FIRST_LENDING = "first_lending", _("first book passed on")
        LENDING_COMPLETED = "lending_completed", _("book passed on")
        QUICK_ANSWER = "quick_answer", _("quick answer")
        KEPT_APPOINTMENT = "kept_appointment", _("appointment kept")
        CAREFUL_RETURN = "careful_return", _("returned in time")

    class Pays(models.TextChoices):
        GIVER = "giver", _("who gives")
        TAKER = "taker", _("who takes")
        ACTOR = "actor", _("who acts")
        BOTH = "both", pgettext_lazy("who is paid", "both")

    code = models.CharField(_("rule"), max_length=30, choices=Code, unique=True)
    event_kind = models.CharField(_("event"), max_length=40, editable=False)
    pays = models.CharField(_("pays"), max_length=8, choices=Pays, editable=False)
    once = models.BooleanField(_("once per reader"), default=False, editable=False)
    active = models.BooleanField(_("active"), default=True)
    points = models.PositiveSmallIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(1000)])
    waiting_days = models.PositiveSmallIntegerField(_("waiting period in days"), default=7)
    within_hours = models.PositiveSmallIntegerField(
        _("within hours"), null=True, blank=True, help_text=_("How quick an answer, how punctual a handover.")
    )
    min_hours_out = models.PositiveSmallIntegerField(
        _("hours out at least"),
        default=0,
        help_text=_("For own copies on loan. A transfer is confirmed by the library."),
    )
    cap_days = models.PositiveSmallIntegerField(_("caps count days"), default=30)
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

    class Meta:
        verbose_name = _("points rule")
        verbose_name_plural = _("points rules")
        ordering = ["event_kind", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=1000), name="rule_points_in_range")
        ]

    def __str__(self) -> str:
        return self.get_code_display()
