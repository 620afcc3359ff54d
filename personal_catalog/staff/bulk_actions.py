"""What curators do to several titles at once: approve them, or merge them into one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.log_actions import log
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from personal_catalog import headings, titles
from personal_catalog.errors import CannotMerge, TitleLocked
from personal_catalog.merging import merge_titles
from personal_catalog.models import Heading, Title
from personal_catalog.staff import finding
from personal_catalog.staff.comparing import compare
from personal_catalog.staff.forms import HeadingKeepForm, KeepForm

HISTORY = "wagtailsnippets_personal_catalog_title:history"
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
    beyond = ""

    def check_perm(self, title: Title) -> bool:
        return super().check_perm(title) and title.status != Title.Status.APPROVED

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        listed = finding.listed(self.request)
        self.beyond = listed.beyond
        return list(listed.rows.values_list("pk", flat=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "beyond": self.beyond}

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
    """Only records that somebody has looked at side by side: it can be taken back, but not all that follows from it."""

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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = [title.pk for title in self.get_actionable_objects()[0]]
        rows = Title.objects.filter(pk__in=chosen).prefetch_related("isbns").order_by("status", "-passed_on", "pk")
        return {**super().get_context_data(**kwargs), "comparison": compare(rows)}

    def form_valid(self, form: Any) -> HttpResponse:
        """What the domain refuses is said on the page, with the records as they stand now."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except (CannotMerge, TitleLocked) as refusal:
            locked = _("Another curator has locked one of these titles. Nothing was changed.")
            gone = _("One of these titles was merged meanwhile. Nothing was changed.")
            form.add_error(None, locked if isinstance(refusal, TitleLocked) else gone)
            answer = self.form_invalid(form)
        return answer

    @classmethod
    def execute_action(cls, objects: list[Title], **kwargs: Any) -> tuple[int, int]:
        action = kwargs["self"]
        said = action.cleaned_form.cleaned_data
        keep, reason, actor = said["keep"], said["reason"], action.request.user
        others = [title.pk for title in objects if title.pk != keep.pk]
        merge_titles(keep_id=keep.pk, merge_ids=others, actor=actor, now=timezone.now(), reason=reason)
        log(instance=keep, action="personal_catalog.merge", user=actor, data={"merged": others, "reason": reason})
        return len(others), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        if not num_parent_objects:
            return _("Nothing to merge: choose at least two titles.")
        says = ngettext("%(count)s title merged.", "%(count)s titles merged.", num_parent_objects)
        keep = self.cleaned_form.cleaned_data["keep"]
        url = reverse(HISTORY, args=[keep.pk])
        return format_html('{} <a href="{}">{}</a>', says % {"count": num_parent_objects}, url, _("Take it back"))


class MergeHeadings(SnippetBulkAction):
    """Two names of one person or subject: all forms lead to the one that is kept."""

    models = [Heading]
    display_name = gettext_lazy("Merge")
    action_type = "merge"
    aria_label = gettext_lazy("Merge the selected names into one")
    template_name = "personal_catalog/admin/merge_headings.html"
    action_priority = 20
    form_class = HeadingKeepForm

    def check_perm(self, heading: Heading) -> bool:
        return titles.may_curate(self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "headings_": self.get_actionable_objects()[0]}

    @classmethod
    def execute_action(cls, objects: list[Heading], **kwargs: Any) -> tuple[int, int]:
        action = kwargs["self"]
        keep: Heading = action.cleaned_form.cleaned_data["keep"]
        others = [row.pk for row in objects if row.pk != keep.pk and row.kind == keep.kind]
        actor = action.request.user
        headings.merge_headings(keep_id=keep.pk, merge_ids=others, actor=actor, now=timezone.now())
        log(instance=keep, action="personal_catalog.merge", user=actor, data={"merged": others})
        return len(others), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        if not num_parent_objects:
            return _("Nothing to merge: choose at least two of one kind.")
        return ngettext("%(count)s name merged.", "%(count)s names merged.", num_parent_objects) % {
            "count": num_parent_objects
        }
