"""The campus's own messenger, reached through a web-hook that staff set up."""

import base64
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from personal_catalog.lookup import places
from personal_catalog.lookup.places import Place

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


@register_setting(icon="mail")
class MessengerBridge(BaseGenericSetting):
    """Without an address there is no such channel, and no page speaks of it."""

    name_zh = models.CharField(_("Chinese name"), max_length=40, blank=True)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    address = models.URLField(_("address of the web-hook"), max_length=300, blank=True)
    secret = models.CharField(_("secret"), max_length=80, default=new_secret)

    panels = [
        FieldPanel("name_zh", help_text=_("As readers know the messenger.")),
        FieldPanel("name_en"),
        FieldPanel("address", help_text=_("https only. Empty: readers are told nothing by messenger.")),
        FieldPanel(
            "secret",
            help_text=_(
                "The bridge checks each call with it, by the rules of Standard Webhooks. Empty it for a new one."
            ),
        ),
    ]

    class Meta:
        verbose_name = _("messenger of the campus")

    @property
    def name(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return (self.name_zh or self.name_en) if chinese else (self.name_en or self.name_zh)

    @property
    def is_set_up(self) -> bool:
        return bool(self.address and self.name)

    def clean(self) -> None:
        if self.address and places.problem_of(Place(self.address)):
            raise ValidationError({"address": _("The address must begin with https://.")})
        if self.address and not self.name:
            raise ValidationError({"name_zh": _("Give the messenger a name.")})
        if self.secret and _octets(self.secret) < 24:
            raise ValidationError({"secret": _("It begins with whsec_ and carries at least 24 octets in base64.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.secret = self.secret or new_secret()
        super().save(*args, **kwargs)


def _octets(secret: str) -> int:
    try:
        return len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) if secret.startswith(PREFIX) else 0
    except ValueError:
        return 0
