"""The budget: what has been promised and is still to be given."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from incentives import promises
from incentives.staff.pages import StaffPage


class WhatIsPromised(StaffPage, TemplateView):
    template_name = "incentives/admin/promised.html"
    page_title = gettext_lazy("What is promised")
    header_icon = "tasks"
    permission = "incentives.view_voucher"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        promised = {"promised": promises.total(now=now), "rewards": promises.by_reward(now=now)}
        return {**super().get_context_data(**kwargs), **promised}
