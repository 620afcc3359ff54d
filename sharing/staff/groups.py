"""Groups of readers as the library sees them: names and sizes, no members. A class is put in here by its card numbers."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge.models import Library, Reader
from personal_catalog.models import ReaderGroup
from sharing import class_lists, groups, profiles
from sharing.class_lists import Put
from sharing.errors import SharingError
from sharing.staff.listings import DateColumn, ReadOnly

MOST_NAMED = 20


class MakeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=profiles.LONGEST)
    kind = forms.ChoiceField(label=pgettext_lazy("of a group", "Kind"), choices=ReaderGroup.Kind.choices)


class WithLibrary(forms.Form):
    library = forms.ModelChoiceField(Library.objects.all(), label=gettext_lazy("Library"), empty_label=None)


class PutInForm(WithLibrary):
    cards = forms.CharField(
        label=gettext_lazy("Card numbers"),
        help_text=gettext_lazy("One a line, or with commas. Each reader is told, and can leave at any time."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=10_000,
    )


class TakeOutForm(WithLibrary):
    card = forms.CharField(label=gettext_lazy("Card number"), max_length=64)


class Act(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    """One thing that staff do with a group; refused, the form says why."""

    template_name = "sharing/admin/group.html"
    header_icon = "group"
    page_title = gettext_lazy("Group of readers")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not class_lists.may_manage(self.staff):
            raise PermissionDenied
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def staff(self) -> Reader:
        return cast(Reader, self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listed = {"url": reverse("groups:index"), "label": _("Groups of readers")}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": self.page_title}]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            group = self.act(form.cleaned_data)
        except SharingError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return self.form_invalid(form)
        return redirect(self.leads_to(group))

    def leads_to(self, group: ReaderGroup) -> str:
        return reverse("groups:inspect", args=[group.pk])

    def act(self, said: dict[str, Any]) -> ReaderGroup:
        raise NotImplementedError

    def logged(self, group: ReaderGroup, action: str, **data: object) -> ReaderGroup:
        log(instance=group, action=f"sharing.group_{action}", user=self.staff, data=data)
        return group


class Make(Act):
    form_class = MakeForm
    page_title = gettext_lazy("Make a group")

    def act(self, said: dict[str, Any]) -> ReaderGroup:
        return self.logged(class_lists.make_library_group(actor=self.staff, now=timezone.now(), **said), "make")


class OfGroup(Act):
    @cached_property
    def group(self) -> ReaderGroup:
        return get_object_or_404(ReaderGroup.objects.open(), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.group.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"group": self.group, "members": self.group.memberships.count()}
        return {**super().get_context_data(**kwargs), **context}


class PutIn(OfGroup):
    form_class = PutInForm

    def act(self, said: dict[str, Any]) -> ReaderGroup:
        put = class_lists.put_in(group_id=self.group.pk, actor=self.staff, now=timezone.now(), **said)
        messages.success(self.request, _sentence(put))
        if put.unknown:
            numbers = ", ".join(number[:40] for number in put.unknown[:MOST_NAMED])
            messages.warning(
                self.request, _("Nobody has signed in with these cards yet: %(cards)s") % {"cards": numbers}
            )
        return self.logged(self.group, "put_in", added=put.added)


class TakeOut(OfGroup):
    form_class = TakeOutForm
    page_title = gettext_lazy("Take a reader out")

    def act(self, said: dict[str, Any]) -> ReaderGroup:
        class_lists.take_out(group_id=self.group.pk, actor=self.staff, now=timezone.now(), **said)
        messages.success(self.request, _("Done. The reader has been told."))
        return self.logged(self.group, "take_out")


class Close(OfGroup):
    form_class = forms.Form
    page_title = gettext_lazy("Close the group")

    def act(self, said: dict[str, Any]) -> ReaderGroup:
        groups.close_group(group_id=self.group.pk, actor=self.staff, now=timezone.now())
        messages.success(self.request, _("The group has been closed."))
        return self.logged(self.group, "close")

    def leads_to(self, group: ReaderGroup) -> str:
        return reverse("groups:index")


def _sentence(put: Put) -> str:
    words = ngettext("%(count)d reader put in.", "%(count)d readers put in.", put.added) % {"count": put.added}
    if not put.there:
        return words
    there = ngettext("%(count)d was there already.", "%(count)d were there already.", put.there)
    return f"{words} {there % {'count': put.there}}"


class GroupIndex(IndexView):
    """A click leads to the form that puts readers in."""

    def get_base_queryset(self) -> QuerySet[ReaderGroup]:
        return ReaderGroup.objects.open().annotate(members=Count("memberships"))

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        return []


class Groups(ReadOnly):
    model = ReaderGroup
    name = "groups"
    url_prefix = "reader-groups"  # /admin/groups/ is Wagtail's own page, of staff's permissions
    icon = "group"
    menu_label = gettext_lazy("Groups of readers")
    index_view_class = GroupIndex
    index_template_name = "sharing/admin/groups.html"
    search_fields = ("name",)
    own_permissions = ("view", "change")
    ordering = ("name",)
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("get_kind_display", label=gettext_lazy("Kind")),
        Column("members", label=gettext_lazy("Members"), sort_key="members"),
        DateColumn("made_at", label=gettext_lazy("Made"), sort_key="made_at"),
    ]

    @property
    def inspect_view(self) -> Any:
        return PutIn.as_view()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("make/", Make.as_view(), name="make"),
            path("<int:pk>/take-out/", TakeOut.as_view(), name="take_out"),
            path("<int:pk>/close/", Close.as_view(), name="close"),
        ]
