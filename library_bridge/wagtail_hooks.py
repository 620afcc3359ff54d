from wagtail import hooks
from wagtail.users.views.bulk_actions import DeleteBulkAction

from library_bridge.staff.viewsets import LibrarySystems, register_policies

register_policies()
DeleteBulkAction.models = []  # accounts are switched off; Wagtail asks no policy here


@hooks.register("register_admin_viewset")
def library_systems() -> LibrarySystems:
    return LibrarySystems()
