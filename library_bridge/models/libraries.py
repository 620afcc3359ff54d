"""A library with a library system behind it, and a reader's card there."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from library_bridge.models.readers import Reader


def check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValidationError(_("There is no such time zone.")) from unknown


class Library(models.Model):
    class Adapter(models.TextChoices):
        EMBEDDED = "embedded", _("Embedded library system")
        SIP2 = "sip2", _("Any system that speaks SIP2")
        KOHA = "koha", _("Koha (REST)")
        NCIP = "ncip", _("Any system that speaks NCIP 2")
        FOLIO = "folio", _("FOLIO")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    adapter = models.CharField(_("library system"), max_length=20, choices=Adapter.choices, default=Adapter.EMBEDDED)
    settings = models.JSONField(_("settings of the adapter"), default=dict, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Shanghai", validators=[check_time_zone])
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Patron(models.Model):
    """A reader's record at one library. One card is one account (C5), in whatever case it was typed."""

    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="patrons")
    reader = models.ForeignKey(Reader, verbose_name=_("reader"), on_delete=models.PROTECT, related_name="patrons")
    card_number = models.CharField(_("card number"), max_length=40)
    blocked_reason = models.CharField(_("why blocked"), max_length=40, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    loans_checked_at = models.DateTimeField(_("loans checked at"), null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["library", "card_number"]
        verbose_name = _("patron")
        verbose_name_plural = _("patrons")
        constraints = [
            models.UniqueConstraint("library", Upper("card_number"), name="one_account_a_card"),
            models.UniqueConstraint(fields=["library", "reader"], name="one_card_a_reader_and_library"),
            models.CheckConstraint(condition=~models.Q(card_number=""), name="patron_has_a_card"),
        ]

    def __str__(self) -> str:
        return self.card_number
