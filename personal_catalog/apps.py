from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonalCatalogConfig(AppConfig):
    name = "personal_catalog"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"
