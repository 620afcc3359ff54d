"""Mails, pushes and words by messenger as staff see them: how many wait and why, what failed for good, and once more. Neither
reader nor address nor text."""

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.permission_policies import ModelPermissionPolicy

from sharing import deliveries
from sharing.models import Delivery
from sharing.staff.listings import ChipColumn, DateColumn, ReadOnly

S = Delivery.Status
CHIPS = {S.WAITING: "wait", S.SENT: "done", S.SUPPRESSED: "done", S.FAILED: "no"}


class OnlyToRetry(ModelPermissionPolicy):
    """The service writes the rows; whoever may change them may have one tried again."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "change") and bool(super().user_has_permission(user, action))


class MailFilters(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "State"), choices=S.choices, widget=CheckboxSelectMultiple
    )

    channel = django_filters.MultipleChoiceFilter(
        label=pgettext_lazy("filter", "Channel"), choices=Delivery.Channel.choices, widget=CheckboxSelectMultiple
    )

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = []


class RetryColumn(Column):
    """A button beside what failed."""

    cell_template_name = "sharing/admin/retry_cell.html"


class MailList(IndexView):
    page_title = gettext_lazy("Outgoing messages")

    def get_list_more_buttons(self, instance: Delivery) -> list[Any]:
        return []


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("sharing.change_delivery"):
        raise PermissionDenied
    if deliveries.retry(delivery_id=pk, now=timezone.now()):
        messages.success(request, _("It goes out with the next round, within a minute."))
    else:
        messages.info(request, _("Somebody else has decided this meanwhile."))
    return redirect("mails:index")


class Mails(ReadOnly):
    model = Delivery
    name = "mails"
    icon = "mail"
    menu_label = gettext_lazy("Outgoing messages")
    index_view_class = MailList
    inspect_view_enabled = False
    filterset_class = MailFilters
    own_permissions = ("view", "change")
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    list_display: ClassVar[list[Any]] = [
        Column("pk", label=gettext_lazy("Number")),
        Column("channel", label=gettext_lazy("Channel"), accessor="get_channel_display"),
        ChipColumn("status", kinds=CHIPS, label=pgettext_lazy("column", "State")),
        Column("why", label=gettext_lazy("Reason"), accessor="get_reason_display"),
        Column("kind", label=gettext_lazy("Priority"), accessor="get_priority_display"),
        Column("tries", label=gettext_lazy("Tries")),
        DateColumn("created_at", label=gettext_lazy("Since"), sort_key="created_at"),
        DateColumn("next_try_at", label=gettext_lazy("Next try")),
        RetryColumn("retry", label=gettext_lazy("What to do")),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        listed = [pattern for pattern in super().get_urlpatterns() if pattern.name != "inspect"]
        return [*listed, path("<int:pk>/retry/", retry, name="retry")]
