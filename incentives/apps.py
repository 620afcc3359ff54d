from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "incentives"
    verbose_name = _("Points and rewards")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from incentives import devices, receivers, switches
        from incentives.roles import RIGHTS
        from sharing import frame, roles

        receivers.connect()
        devices.connect()
        roles.extend(RIGHTS)
        frame.offer_tool("points", switches.seeing_points)
