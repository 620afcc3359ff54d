"""Rewards and the budgets that pay for them, in the admin."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.images.models import Image

from incentives import reward_pictures
from incentives.models import Reward, RewardBudget
from incentives.reward_pictures import Made
from incentives.staff.promising import WhatIsPromised
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

    def clean_picture(self) -> Image | None:
        image: Image | None = self.cleaned_data["picture"]
        if image is not None:
            try:
                self.made = reward_pictures.make(image)
            except PictureRefused as refused:
                said = REFUSED.get(refused.code, gettext_lazy("This picture cannot be read. Choose another one."))
                raise forms.ValidationError(str(said)) from None
        return image

    def save(self, commit: bool = True) -> Reward:
        before = self.instance.picture_name
        self.instance.picture_name = reward_pictures.keep(self.made) if self.made is not None else ""
        saved: Reward = super().save(commit)
        if before and not Reward.objects.filter(picture_name=before).exists():
            transaction.on_commit(partial(reward_pictures.forget, before))
        return saved


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
    delete_view_class = DeleteUnused
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
    def save(self, commit: bool = True) -> RewardBudget:
        """What vouchers draw is theirs to write: only the columns of the form."""
        if self.instance.pk is None:
            made: RewardBudget = super().save(commit)
            return made
        budget: RewardBudget = self.instance
        budget.save(update_fields=list(self.fields))
        return budget


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
    edit_view_class = EditBudget
    index_view_class = ListedIndex
    list_display: ClassVar = [
        "library", "starts_date", "ends_date", "points", "spent",
        Column("left", label=pgettext_lazy("budget", "left"), accessor="left"),
    ]  # fmt: skip
    form_fields: ClassVar = ["library", "starts_date", "ends_date", "points"]

    def get_form_class(self, for_update: bool = False) -> Any:
        return modelform_factory(
            RewardBudget, form=BudgetForm, fields=self.form_fields, formfield_callback=self.formfield_for_dbfield
        )
