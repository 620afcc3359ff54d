from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.utils.translation import gettext_lazy as _

from library_bridge import plain_words

plain_words.put_in_place()  # here: this app is the first, and other apps' forms are made while they are loaded


class LibraryBridgeConfig(AppConfig):
    name = "library_bridge"
    verbose_name = _("Library bridge")

    def ready(self) -> None:
        from library_bridge.checks import libraries_can_be_reached, shared_networks_can_be_read  # needs the models

        checks.register(libraries_can_be_reached)
        checks.register(shared_networks_can_be_read)
        import django_cas_ng  # noqa: F401  (gives its settings their defaults)

        from library_bridge.sso import checks as _of_sso  # noqa: F401  (registers them)

        spare_the_reference_index()


def spare_the_reference_index() -> None:
    """Wagtail notes on each save what the row refers to, with a job and some queries: right for pages and pictures, of which
    staff ask "where is this used?", and a third of the cost of every transition for rows of ours, of which nobody does."""
    from wagtail.models import Page

    for model in apps.get_models():
        if model._meta.app_label in settings.OUR_APPS and not issubclass(model, Page):
            model.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]
