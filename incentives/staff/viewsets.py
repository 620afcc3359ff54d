"""What staff see and may change of points, under one menu. The ledger itself is nobody's to type."""

from typing import Any, ClassVar

from django.contrib.auth.models import Permission
from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from incentives import adjustments, reasons, vouchers
from incentives.models import Adjustment, Appeal, Entry, RingReview, Rule, Voucher
from incentives.staff.academic_terms import AcademicTerms
from incentives.staff.adjusting import DecideAdjustment, ProposeAdjustment, may_decide
from incentives.staff.appealing import Appeals
from incentives.staff.desk import VoucherDesk
from incentives.staff.reviewing import DecideReview, signs_text
from incentives.staff.rewarding import Budgets, Rewards
from incentives.staff.ruling import Campaigns, Rules
from library_bridge.staff.seeing import ListedIndex
from sharing.views.readers import reader_of

HONOUR = "incentives.honour_voucher"


class OnlyTo(ModelPermissionPolicy):
    """At most these actions, whatever the group allows."""

    def __init__(self, model: type, *actions: str) -> None:
        super().__init__(model)
        self.actions = actions

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and bool(super().user_has_permission(user, action))


def register_policies() -> None:
    register_permission_policy(Rule, OnlyTo(Rule, "view", "change"))
    for model in (Entry, Voucher, Adjustment, RingReview, Appeal):
        register_permission_policy(model, OnlyTo(model, "view"))


def assignable_permissions() -> QuerySet[Permission]:
    codenames = (
        "honour_voucher",
        "add_adjustment",
        "view_adjustment",
        "view_entry",
        "view_voucher",
        "add_reward",
        "change_reward",
        "delete_reward",
        "view_reward",
        "add_rewardbudget",
        "change_rewardbudget",
        "delete_rewardbudget",
        "view_rewardbudget",
        "view_rule",
        "change_rule",
        "add_campaign",
        "change_campaign",
        "delete_campaign",
        "view_campaign",
        "view_ringreview",
        "change_ringreview",
        "view_appeal",
        "change_appeal",
        "add_academicterm",
        "change_academicterm",
        "delete_academicterm",
        "view_academicterm",
    )
    return Permission.objects.filter(content_type__app_label="incentives", codename__in=codenames)


class VoucherList(ListedIndex):
    def search_queryset(self, queryset: QuerySet[Voucher]) -> QuerySet[Voucher]:
        """The whole code: parts of it would let the rest be guessed."""
        return queryset.filter(code=vouchers.read_code(self.search_query)) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(HONOUR):
            return []
        return [HeaderButton(_("Honour a voucher"), url=reverse("vouchers:desk"), icon_name="check")]


class Vouchers(ModelViewSet):
    """Without readers and without whole codes: who comes with the code, has it."""

    model = Voucher
    name = "vouchers"
    icon = "tag"
    list_display: ClassVar = [
        Column("last_four", label=capfirst(gettext_lazy("code")), accessor=lambda voucher: f"•••• {voucher.code[-4:]}"),
        "reward", "status", "issued_at", "expires_at", "closed_at",
    ]  # fmt: skip
    list_filter: ClassVar = ["status", "reward"]
    search_fields: ClassVar = ["code"]
    search_backend_name = None
    form_fields: ClassVar = ["code"]
    index_view_class = VoucherList

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("desk/", VoucherDesk.as_view(), name="desk")]


class LedgerList(IndexView):
    def get_base_queryset(self) -> QuerySet[Entry]:
        own = Sum("postings__amount", filter=Q(postings__account__reader=F("account__reader")))
        related = ("account", "rule", "voucher__reward", "reverses__voucher__reward")
        return Entry.objects.annotate(amount=own).select_related(*related).order_by("-at", "-pk")


class Ledger(ModelViewSet):
    """Accounts by number; a card number typed into the search finds its reader's."""

    model = Entry
    name = "points-ledger"
    icon = "list-ol"
    list_display: ClassVar = [
        "at",
        Column("words", label=capfirst(gettext_lazy("reason")), accessor=reasons.words),
        "kind",
        "account",
        Column("points", label=capfirst(gettext_lazy("points")), accessor=lambda entry: f"{entry.amount:+d}"),
        "available_at",
    ]
    index_view_class = LedgerList
    ordering: ClassVar = ["-at"]
    list_filter: ClassVar = ["kind", "rule"]
    search_fields: ClassVar = ["account__reader__patrons__card_number"]
    search_backend_name = None
    form_fields: ClassVar = ["reason"]
    inspect_view_enabled = True
    inspect_view_fields: ClassVar = [
        "kind",
        "account",
        "rule",
        "event",
        "reason",
        "params",
        "at",
        "available_at",
        "reverses",
        "actor",
    ]


class AdjustmentList(ListedIndex):
    """Whose points they are stands where they are decided, one by one; nobody reads a list of cards (T-L2)."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(adjustments.RIGHT):
            return []
        return [HeaderButton(_("Propose an adjustment"), url=reverse("points-adjustments:propose"), icon_name="plus")]

    def get_list_more_buttons(self, instance: Adjustment) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)
        if may_decide(instance, reader_of(self.request)):
            url = reverse("points-adjustments:decide", args=[instance.pk])
            buttons.append(HeaderButton(_("Decide"), url=url, icon_name="check"))
        return buttons


class Adjustments(ModelViewSet):
    model = Adjustment
    name = "points-adjustments"
    icon = "edit"
    list_display: ClassVar = [
        "proposed_at", "amount", "reason", "status", "proposed_by", "decided_by",
    ]  # fmt: skip
    list_filter: ClassVar = ["status"]
    form_fields: ClassVar = ["reason"]
    index_view_class = AdjustmentList

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("propose/", ProposeAdjustment.as_view(), name="propose"),
            path("<int:pk>/decide/", DecideAdjustment.as_view(), name="decide"),
        ]


class ReviewList(ListedIndex):
    def get_base_queryset(self) -> QuerySet[RingReview]:
        rows: QuerySet[RingReview] = super().get_base_queryset()
        return rows.annotate(readers=Count("members"))

    def get_list_more_buttons(self, instance: RingReview) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)
        url = reverse("held-points:decide", args=[instance.pk])
        buttons.append(HeaderButton(_("Look at it"), url=url, icon_name="view"))
        return buttons


class Reviews(ModelViewSet):
    """Groups whose books go round among themselves; nobody's name, until one is opened to be decided."""

    model = RingReview
    name = "held-points"
    icon = "warning"
    list_display: ClassVar = [
        "found_at", "status", Column("signs", label=capfirst(gettext_lazy("signs")), accessor=signs_text),
        Column("readers", label=capfirst(gettext_lazy("readers"))),
        "exchanges", "decide_by", "decided_at",
    ]  # fmt: skip
    list_filter: ClassVar = ["status"]
    form_fields: ClassVar = ["why"]
    index_view_class = ReviewList

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/decide/", DecideReview.as_view(), name="decide")]


class PointsAndRewards(ModelViewSetGroup):
    menu_label = gettext_lazy("Points and rewards")
    menu_icon = "pick"
    menu_order = 400
    items = (Rules, Campaigns, Rewards, Budgets, Vouchers, Ledger, Adjustments, Reviews, Appeals, AcademicTerms)
