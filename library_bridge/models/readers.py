"""A reader is a person using this service; the account behind Django's sign-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Area(models.Model):
    """A part of the campus. The only thing about a holder's place that a requester sees before consent."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    sort = models.PositiveSmallIntegerField(pgettext_lazy("place in a list", "order"), default=0)
    staff = models.ManyToManyField(
        "library_bridge.Reader",
        verbose_name=_("staff of this area"),
        blank=True,
        limit_choices_to={"is_staff": True},
        related_name="desk_areas",
        help_text=_("They see what concerns readers of their areas only. Staff of no area see all."),
    )

    class Meta:
        ordering = ["sort", "code"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Reader(AbstractUser):
    """`username` is opaque (`r-…`) for readers who come with a library card, a name for staff."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Simplified Chinese")
        ENGLISH = "en", _("English")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    display_name = models.CharField(_("display name"), max_length=40, blank=True)
    pseudonym = models.CharField(_("pseudonym"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, blank=True, help_text=_("Empty: follow the browser.")
    )
    area = models.ForeignKey(
        Area, verbose_name=_("area"), null=True, blank=True, on_delete=models.SET_NULL, related_name="readers"
    )
    department = models.CharField(_("department"), max_length=80, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    leaderboard_opt_in = models.BooleanField(_("shown on leaderboards"), default=False)
    suggestions_opt_in = models.BooleanField(_("gives to suggestions and gets them"), default=False)
    keeps_history = models.BooleanField(_("keeps the history of lendings"), default=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("reader")  # type: ignore[assignment]  # AbstractUser.Meta is typed without lazy strings
        verbose_name_plural = _("readers")  # type: ignore[assignment]
        constraints = [
            models.UniqueConstraint(
                Lower("pseudonym"), condition=~models.Q(pseudonym=""), name="a_pseudonym_is_one_readers"
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name()

    def get_short_name(self) -> str:
        return self.get_full_name()
