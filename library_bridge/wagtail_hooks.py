from wagtail import hooks

from library_bridge.staff.viewsets import LibrarySystems, register_policies

register_policies()


@hooks.register("register_admin_viewset")
def library_systems() -> LibrarySystems:
    return LibrarySystems()
