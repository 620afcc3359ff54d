"""Rewards and the budgets that pay for them, in the admin."""

from functools import partial
from typing import Any, ClassVar, cast

from django import forms
from django.db import transaction
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.images.models import Image

from incentives import reward_pictures
from incentives.models import Reward, RewardBudget
from incentives.reward_pictures import Made
from incentives.staff.promising import WhatIsPromised
from library_bridge.models import Library
from library_bridge.staff.deleting import DeleteUnused
from library_bridge.staff.seeing import ListedIndex
from personal_catalog.pictures import PictureRefused

REFUSED = {
    "kind": gettext_lazy("Choose a JPEG, PNG or WebP picture."),
    "too_many_pixels": gettext_lazy("This picture has too many pixels; 40 million are the most."),
    "too_many_bytes": gettext_lazy("This file is too large; 8 MB are the most."),
    "shape": gettext_lazy("This picture is too small, or a strip."),
}


class RewardForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Makes the picture anew while the form is checked, so that one that cannot be shown is refused in place."""

    made: Made | None = None
    shown_stock = forms.IntegerField(required=False, widget=forms.HiddenInput)
    """What the page said: readers take from the stock while somebody writes here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["shown_stock"]
        else:
            self.initial["shown_stock"] = self.instance.stock

    def clean_picture(self) -> Image | None:
        image: Image | None = self.cleaned_data["picture"]
        if image is not None:
            try:
                self.made = reward_pictures.make(image)
            except PictureRefused as refused:
                said = REFUSED.get(refused.code, gettext_lazy("This picture cannot be read. Choose another one."))
                raise forms.ValidationError(str(said)) from None
        return image

    def settle(self) -> bool:
        """Inside the transaction that saves, under the reward's lock, as readers redeem it. Whether it may still be saved."""
        stock = get_object_or_404(Reward.objects.select_for_update(of=("self",)), pk=self.instance.pk).stock
        if "shown_stock" in self.data:
            self._settle_stock(stock)
        try:
            self.instance.clean()
        except forms.ValidationError as refused:
            self.add_error(None, refused)
        return not self.errors

    def _settle_stock(self, stock: int | None) -> None:
        shown = self.cleaned_data["shown_stock"]
        if self.cleaned_data["stock"] == shown:
            self.instance.stock = stock
        elif shown != stock:
            self.add_error("stock", _stock_moved(stock))
            again = cast(QueryDict, self.data).copy()
            again["shown_stock"] = "" if stock is None else str(stock)
            self.data = again

    def save(self, commit: bool = True) -> Reward:
        before = self.instance.picture_name
        self.instance.picture_name = reward_pictures.keep(self.made) if self.made is not None else ""
        saved: Reward = super().save(commit)
        if before != saved.picture_name:
            transaction.on_commit(partial(reward_pictures.forget_unless_shown, before))
        return saved


def _stock_moved(stock: int | None) -> str:
    if stock is None:
        return _("Since you opened this page the stock has become unlimited. Look at your number again, then save.")
    said = _("Since you opened this page the stock has become %(stock)d. Look at your number again, then save.")
    return said % {"stock": stock}


class EditReward(EditView):
    def form_valid(self, form: RewardForm) -> HttpResponse:
        """The picture has been made by now, so that nobody who redeems waits for that."""
        with transaction.atomic():
            if form.settle():
                answer: HttpResponse = super().form_valid(form)
                return answer
        self.produced_error_code, self.produced_error_message = "validation_error", self.get_error_message()
        answer = self.form_invalid(form)
        return answer


class DeleteReward(DeleteUnused):
    def delete_action(self) -> None:
        super().delete_action()
        transaction.on_commit(partial(reward_pictures.forget_unless_shown, self.object.picture_name))


class RewardList(IndexView):
    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons: list[HeaderButton] = super().header_buttons
        if not self.request.user.has_perm(WhatIsPromised.permission):
            return buttons
        button = HeaderButton(_("Budget and promises"), url=reverse("rewards:promised"), icon_name="tasks")
        return [*buttons, button]


class Rewards(ModelViewSet):
    model = Reward
    delete_view_class = DeleteReward
    edit_view_class = EditReward
    name = "rewards"
    icon = "tag"
    list_display: ClassVar = ["name_zh", "name_en", "price", "stock", "starts_at", "ends_at"]
    form_fields: ClassVar = [
        "name_zh", "name_en", "description_zh", "description_en", "place_zh", "place_en", "picture", "price", "stock",
        "per_reader_limit", "valid_days", "effect", "days", "library", "starts_at", "ends_at", "sort",
    ]  # fmt: skip
    index_view_class = RewardList

    def get_form_class(self, for_update: bool = False) -> Any:
        return modelform_factory(
            Reward, form=RewardForm, fields=self.form_fields, formfield_callback=self.formfield_for_dbfield
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("promised/", WhatIsPromised.as_view(), name="promised")]


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    def clean_library(self) -> Library:
        """Locked, inside the view's transaction, before the look at whose days are free: one library's budgets are set one
        after the other."""
        library: Library = self.cleaned_data["library"]
        return Library.objects.select_for_update(of=("self",), no_key=True).get(pk=library.pk)

    def save(self, commit: bool = True) -> RewardBudget:
        """What vouchers draw is theirs to write: only the columns of the form."""
        if self.instance.pk is None:
            made: RewardBudget = super().save(commit)
            return made
        budget: RewardBudget = self.instance
        budget.save(update_fields=list(self.fields))
        return budget


class AddBudget(CreateView):
    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class EditBudget(EditView):
    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody redeems between the look at what is spent and the new sum."""
        self.queryset = RewardBudget.objects.select_for_update(of=("self",))
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class Budgets(ModelViewSet):
    """So many points of a library for a year, a term or any other span. Where there is none, nothing is limited."""

    model = RewardBudget
    name = "reward-budgets"
    icon = "tasks"
    menu_label = gettext_lazy("Budgets for rewards")
    add_to_reference_index = False
    copy_view_enabled = False
    delete_view_class = DeleteUnused
    add_view_class = AddBudget
    edit_view_class = EditBudget
    index_view_class = ListedIndex
    list_display: ClassVar = [
        "library", "starts_date", "ends_date", "points", "spent",
        Column("left", label=capfirst(pgettext_lazy("budget", "left")), accessor="left"),
    ]  # fmt: skip
    form_fields: ClassVar = ["library", "starts_date", "ends_date", "points"]

    def get_form_class(self, for_update: bool = False) -> Any:
        return modelform_factory(
            RewardBudget, form=BudgetForm, fields=self.form_fields, formfield_callback=self.formfield_for_dbfield
        )
