"""What each library has set aside for rewards, what has gone of it, and what readers could still ask for."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.widgets.button import HeaderButton

from incentives import budgets, promises
from incentives.staff.pages import StaffPage


class WhatIsPromised(StaffPage, TemplateView):
    template_name = "incentives/admin/promised.html"
    page_title = gettext_lazy("Budget and promises")
    header_icon = "tasks"
    permission = "incentives.view_voucher"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm("incentives.add_rewardbudget"):
            return []
        return [HeaderButton(_("Set a budget"), url=reverse("reward-budgets:add"), icon_name="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        promised = {"promised": promises.total(now=now), "rewards": promises.by_reward(now=now)}
        libraries = {"libraries": budgets.overview(now=now)}
        return {**super().get_context_data(**kwargs), **promised, **libraries}
