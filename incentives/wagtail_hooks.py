from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from incentives.staff import viewsets

viewsets.register_policies()


class DeskItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(viewsets.HONOUR)


@hooks.register("register_admin_viewset")
def points_and_rewards() -> viewsets.PointsAndRewards:
    return viewsets.PointsAndRewards()


@hooks.register("register_admin_menu_item")
def voucher_desk() -> DeskItem:
    return DeskItem(_("Voucher desk"), reverse("vouchers:desk"), name="voucher-desk", icon_name="check", order=390)


@hooks.register("register_permissions")
def assignable_permissions() -> QuerySet[Permission]:
    return viewsets.assignable_permissions()
