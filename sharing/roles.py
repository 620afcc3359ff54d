"""What the staff's groups may do, in one table: each right of theirs in this app and in those below it; an app above adds
its own to the table.

A group gets the rights listed here; what an administrator gave it besides is left alone.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page

ADMIN = ("wagtailadmin.access_admin",)
DESK = (
    "sharing.view_lending", "sharing.change_lending", "sharing.view_request", "sharing.view_domainevent",
    "sharing.view_delivery", "sharing.change_delivery", "sharing.view_titlenote", "sharing.change_titlenote",
    "sharing.view_flag", "sharing.change_flag",
    "sharing.look_up_readers", "library_bridge.view_transfer", "library_bridge.change_transfer", "library_bridge.view_libraryloan",
)  # fmt: skip
COUNTER = ("library_bridge.use_circulation_desk",)
READERS = ("library_bridge.view_patron", "personal_catalog.view_readergroup", "personal_catalog.change_readergroup")
STOCK = (  # of a library without another system
    *(f"library_bridge.{act}_embeddeditem" for act in ("view", "add", "change", "delete")),
    *(f"library_bridge.{act}_embeddedrecord" for act in ("view", "add", "change", "delete")),
    *(f"library_bridge.{act}_embeddedpatron" for act in ("view", "add", "change", "delete")),
    *(f"library_bridge.{act}_patroncategory" for act in ("view", "add", "change")),
    *(f"library_bridge.{act}_itemtype" for act in ("view", "add", "change")),
    "library_bridge.add_circulationrule", "library_bridge.view_embeddedhold", "library_bridge.view_embeddedloan",
)  # fmt: skip
RECORDS = (
    "library_bridge.view_embeddedrecord", "library_bridge.add_embeddedrecord", "library_bridge.change_embeddedrecord",
)  # fmt: skip
CATALOGUE = (
    "personal_catalog.view_title", "personal_catalog.add_title", "personal_catalog.change_title",
    "personal_catalog.view_titlesuggestion", "personal_catalog.change_titlesuggestion",
    "personal_catalog.lock_title", "personal_catalog.unlock_title",
    *(f"personal_catalog.{act}_heading" for act in ("view", "add", "change", "delete")),
)  # fmt: skip
RULES = (
    *(f"sharing.{act}_meetingplace" for act in ("view", "add", "change", "delete")),
    *(f"sharing.{act}_{what}" for what in ("droppoint", "kiosk") for act in ("view", "add", "change", "delete")),
    *(f"sharing.{act}_holiday" for act in ("view", "add", "change", "delete")),
    "sharing.change_circulationpolicy", "library_bridge.view_library", "library_bridge.change_library",
    "library_bridge.view_area", "library_bridge.add_area", "library_bridge.change_area",
    "library_bridge.view_circulationrule", "library_bridge.change_circulationrule",
)  # fmt: skip
GUIDE = ("simple_translation.submit_translation",)  # its pages are granted below

ROLES: dict[str, tuple[str, ...]] = {
    "Librarians": (*ADMIN, *DESK, *COUNTER, *STOCK, *READERS, *CATALOGUE, *RULES, *GUIDE),
    "Branch librarians": (
        *ADMIN,
        *DESK,
        *COUNTER,
        "personal_catalog.view_title",
    ),  # no list of readers, neither rules nor vouchers
    "Cataloguers": (*ADMIN, *CATALOGUE, *RECORDS, "sharing.view_request"),
    "Cataloguing assistants": (  # what they write waits for a curator
        *ADMIN,
        "personal_catalog.view_title",
        "personal_catalog.add_title",
        "personal_catalog.propose_title",
    ),
}


def extend(rights: Mapping[str, tuple[str, ...]]) -> None:
    """An app above gives rights of its own to the same groups, once, when it starts."""
    for name, more in rights.items():
        ROLES[name] = (*ROLES[name], *(right for right in more if right not in ROLES[name]))


EDITORS = "Librarians"  # of the guide's pages, with their pictures and documents


def ensure_roles() -> None:
    """Again changes nothing. After all migrations, when every permission exists."""
    for name, rights in ROLES.items():
        grant(name, rights)
    librarians = Group.objects.get(name=EDITORS)
    _let_edit_pages(librarians)
    _clear_away_wagtails_groups(librarians)


def _clear_away_wagtails_groups(librarians: Group) -> None:
    """Editors and Moderators come with Wagtail. Where nobody is in them, the librarians moderate."""
    unused = Group.objects.filter(name__in=("Editors", "Moderators"), user=None)
    for task in GroupApprovalTask.objects.filter(groups__in=unused).distinct():
        task.groups.add(librarians)
    unused.delete()


def grant(name: str, rights: Iterable[str]) -> None:
    """Rights as "app.code"."""
    wanted = Q(pk=None)
    for app, code in (right.split(".") for right in rights):
        wanted |= Q(content_type__app_label=app, codename=code)
    Group.objects.get_or_create(name=name)[0].permissions.add(*Permission.objects.filter(wanted))


def _let_edit_pages(group: Group) -> None:
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for right in Permission.objects.filter(codename__in=("add_page", "change_page", "publish_page")):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
    for right in Permission.objects.filter(
        codename__in=("add_image", "choose_image", "add_document", "choose_document")
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=right)
