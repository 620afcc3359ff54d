from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class PersonalCatalogConfig(AppConfig):
    name = "personal_catalog"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from personal_catalog.checks import search_servers_can_be_asked, sources_can_be_asked  # needs the models

        checks.register(sources_can_be_asked)
        checks.register(search_servers_can_be_asked)
