from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryBridgeConfig(AppConfig):
    name = "library_bridge"
    verbose_name = _("Library bridge")
