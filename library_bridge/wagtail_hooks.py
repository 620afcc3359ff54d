from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.views.account import AvatarSettingsPanel, NameEmailSettingsPanel
from wagtail.admin.viewsets.base import ViewSet
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, DeleteBulkAction, SetActiveStateBulkAction

from library_bridge.served import LOOKED
from library_bridge.staff.desk import CirculationDesks
from library_bridge.staff.forms import OwnNameForm
from library_bridge.staff.importing import IMPORTED
from library_bridge.staff.record_chooser import record_chooser
from library_bridge.staff.viewsets import LibrarySystems, register_policies

register_policies()
NameEmailSettingsPanel.form_class = OwnNameForm
setattr(AvatarSettingsPanel, "is_active", lambda panel: False)  # noqa: B010  (no pictures of persons are kept)
for action in (AssignRoleBulkAction, DeleteBulkAction, SetActiveStateBulkAction):
    action.models = []  # they name readers (P5) and ask no policy: an account is changed, and switched off, on its own page


@hooks.register("register_admin_viewset")
def library_systems() -> list[ViewSet]:
    return [CirculationDesks(), record_chooser, LibrarySystems()]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    settle = pgettext_lazy("transfer", "Settle")
    actions.register_action("library_bridge.settle_transfer", settle, _("Transfer settled"))
    actions.register_action(LOOKED, _("Serve a reader"), _("Served at the circulation desk"))
    actions.register_action(IMPORTED, _("Import"), _("Rows imported from a file"))
