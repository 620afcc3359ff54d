from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="pick")
class IncentiveSettings(BaseGenericSetting):
    enabled = models.BooleanField(
        _("points, leaderboards and rewards are on"),
        default=True,
        help_text=_("Off: their pages are gone and nothing is paid. Standing goes on."),
    )
    redeeming = models.BooleanField(_("redeeming is open"), default=True)
    adjustment_limit = models.PositiveIntegerField(
        _("adjustments above this need a second person"),
        default=0,
        help_text=_("Points by one librarian for one reader within 30 days. 0: always a second person."),
    )

    class Meta:
        verbose_name = _("points and rewards")
