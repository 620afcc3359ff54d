"""What curators do to several titles at once: approve them, or merge them into one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.log_actions import log
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from personal_catalog import titles
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title
from personal_catalog.staff import finding
from personal_catalog.staff.forms import KeepForm

LIST = "wagtailsnippets_personal_catalog_title:list"
MOST_MERGED = 10


class TitleBulkAction(SnippetBulkAction):
    models = [Title]

    def check_perm(self, title: Title) -> bool:
        return titles.may_curate(self.request.user) and title.status != Title.Status.MERGED


class ApproveTitles(TitleBulkAction):
    display_name = gettext_lazy("Approve")
    action_type = "approve"
    aria_label = gettext_lazy("Approve the selected titles")
    template_name = "personal_catalog/admin/approve.html"
    action_priority = 10

    def check_perm(self, title: Title) -> bool:
        return super().check_perm(title) and title.status != Title.Status.APPROVED

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        return list(finding.listed(self.request).values_list("pk", flat=True))

    @classmethod
    def execute_action(cls, objects: list[Title], **kwargs: Any) -> tuple[int, int]:
        actor = kwargs["self"].request.user
        for title in objects:
            titles.approve_title(title_id=title.pk, actor=actor, now=timezone.now())
            log(instance=title, action="personal_catalog.approve", user=actor)
        return len(objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        says = ngettext("%(count)s title approved.", "%(count)s titles approved.", num_parent_objects)
        return says % {"count": num_parent_objects}


class MergeTitles(TitleBulkAction):
    """Only records that somebody has looked at one by one: a merger cannot be undone."""

    display_name = gettext_lazy("Merge")
    action_type = "merge"
    aria_label = gettext_lazy("Merge the selected titles into one")
    template_name = "personal_catalog/admin/merge.html"
    action_priority = 20
    form_class = KeepForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        chosen = request.GET.getlist("id")
        if "all" in chosen or len(chosen) > MOST_MERGED:
            says = _("Choose the records of one edition yourself, at most %(most)s. Nothing was merged.")
            messages.error(request, says % {"most": MOST_MERGED})
            return HttpResponseRedirect(get_valid_next_url_from_request(request) or reverse(LIST))
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "titles_": self.get_actionable_objects()[0]}

    @classmethod
    def execute_action(cls, objects: list[Title], **kwargs: Any) -> tuple[int, int]:
        action = kwargs["self"]
        keep: Title = action.cleaned_form.cleaned_data["keep"]
        others = [title.pk for title in objects if title.pk != keep.pk]
        merge_titles(keep_id=keep.pk, merge_ids=others, actor=action.request.user, now=timezone.now())
        log(instance=keep, action="personal_catalog.merge", user=action.request.user, data={"merged": others})
        return len(others), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        if not num_parent_objects:
            return _("Nothing to merge: choose at least two titles.")
        says = ngettext("%(count)s title merged.", "%(count)s titles merged.", num_parent_objects)
        return says % {"count": num_parent_objects}
