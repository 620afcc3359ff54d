"""Appeals about standing: who asks stays unnamed, what counts against them is shown as they see it."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from incentives import appeals, standing
from incentives.forms import AppealAnswerForm
from incentives.models import Appeal
from incentives.staff.pages import StaffPage
from library_bridge.staff.seeing import ListedIndex
from sharing.errors import SharingError
from sharing.views.readers import reader_of


class AnswerAppeal(StaffPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = AppealAnswerForm
    template_name = "incentives/admin/answer_appeal.html"
    page_title = gettext_lazy("Appeal about standing")
    header_icon = "help"
    permission = appeals.RIGHT

    @cached_property
    def appeal(self) -> Appeal:
        return get_object_or_404(Appeal.objects.select_related("reader"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        appeal = self.appeal
        may = appeal.status == Appeal.Status.OPEN and appeal.reader_id != self.request.user.pk
        lines = standing.level(appeal.reader, now=timezone.now()).lines
        return {**super().get_context_data(**kwargs), "appeal": appeal, "lines": lines, "may_answer": may}

    def form_valid(self, form: AppealAnswerForm) -> HttpResponse:
        try:
            appeals.answer_appeal(
                appeal_id=self.appeal.pk, grant=form.cleaned_data["decision"] == "grant",
                answer=form.cleaned_data["answer"], actor=reader_of(self.request), now=timezone.now(),
            )  # fmt: skip
        except SharingError as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("Answered; the reader has been told."))
        return HttpResponseRedirect(reverse("appeals:index"))


class AppealList(ListedIndex):
    def get_list_more_buttons(self, instance: Appeal) -> list[Any]:
        buttons: list[Any] = super().get_list_more_buttons(instance)
        url = reverse("appeals:answer", args=[instance.pk])
        return [*buttons, HeaderButton(_("Look at it"), url=url, icon_name="view")]


class Appeals(ModelViewSet):
    model = Appeal
    name = "appeals"
    icon = "help"
    list_display: ClassVar = ["made_at", "status", "answered_at", "answered_by"]
    list_filter: ClassVar = ["status"]
    form_fields: ClassVar = ["answer"]
    index_view_class = AppealList

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/answer/", AnswerAppeal.as_view(), name="answer")]
