"""A reader's groups, the page of one, and the page behind a link into one. Who is no member finds nothing."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from personal_catalog.models import ReaderGroup
from sharing import group_links, groups, profiles, shelves
from sharing.errors import NotFound
from sharing.models import GroupLink
from sharing.views import answers
from sharing.views.readers import reader_of

MAKE, LINK, JOIN, RENAME = "make-group", "group-link", "join-group", "rename-member"
ON_A_PAGE = 20
YOUR_NAME = gettext_lazy("Your name in this group")
WHO_SEES_IT = gettext_lazy("Only its members see it. It need not be the one you have elsewhere.")


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=profiles.LONGEST)
    kind = forms.ChoiceField(label=pgettext_lazy("of a group", "Kind"), choices=ReaderGroup.Kind.choices)
    my_name = forms.CharField(label=YOUR_NAME, help_text=WHO_SEES_IT, max_length=profiles.LONGEST)


class LinkForm(forms.Form):
    days = forms.IntegerField(label=gettext_lazy("Valid for how many days"), min_value=1, initial=7)
    most = forms.IntegerField(label=gettext_lazy("For how many readers"), min_value=1, initial=30)


class JoinForm(forms.Form):
    name = forms.CharField(label=YOUR_NAME, help_text=WHO_SEES_IT, max_length=profiles.LONGEST)


@require_safe
@login_required
def group_list(request: HttpRequest) -> HttpResponse:
    context = {
        "nav": "me",
        "groups": groups.of(reader_of(request)),
        "form": answers.form_for(request, GroupForm, MAKE, initial={"my_name": groups.offered_name(None)}),
    }
    return render(request, "sharing/groups/groups.html", context)


@require_POST
@login_required
def make_group(request: HttpRequest) -> HttpResponse:
    form, page = GroupForm(request.POST), reverse("groups")

    def make() -> ReaderGroup:
        return groups.make_group(actor=reader_of(request), now=timezone.now(), **form.cleaned_data)

    def to(made: ReaderGroup) -> str:
        """Where it is filled."""
        return f"{made.get_absolute_url()}#link"

    return answers.after_form(request, form, make, name=MAKE, to=to, back=f"{page}#make", says=_("Group made"))


@require_safe
@login_required
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    reader = reader_of(request)
    found = get_object_or_404(groups.of(reader), pk=group_id)
    mine = found.memberships.get(reader=reader)
    link = group_links.link_into(found, now=timezone.now()) if mine.runs_it else None
    context = {
        "nav": "me",
        "group": found,
        "page": Paginator(found.memberships.all(), ON_A_PAGE).get_page(request.GET.get("page")),
        "copies": shelves.of_group(found, reader=reader),
        "mine": mine,
        "link": link,
        "address": _address(link) if link else "",
        "form": answers.form_for(request, LinkForm, LINK),
        "name_form": answers.form_for(request, JoinForm, RENAME, initial={"name": mine.name}),
    }
    return render(request, "sharing/groups/group.html", context)


@require_POST
@login_required
def make_link(request: HttpRequest, group_id: int) -> HttpResponse:
    form, page = LinkForm(request.POST), reverse("group", args=[group_id])

    def make() -> None:
        group_links.make_link(group_id=group_id, actor=reader_of(request), now=timezone.now(), **form.cleaned_data)

    return answers.after_form(request, form, make, name=LINK, to=f"{page}#link", back=f"{page}#link")


@require_POST
@login_required
def revoke_link(request: HttpRequest, group_id: int) -> HttpResponse:
    page = reverse("group", args=[group_id])
    return answers.after(
        request,
        lambda: group_links.revoke_link(group_id=group_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("The link leads nowhere any more."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join_group(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link only shows whose group it is; the button joins (T-C3)."""
    page, reader = reverse("join-group", args=[token]), reader_of(request)
    if request.method == "POST":
        form = JoinForm(request.POST)

        def join() -> None:
            group_links.join_group(token=token, actor=reader, now=timezone.now(), **form.cleaned_data)

        return answers.after_form(
            request,
            form,
            join,
            name=JOIN,
            to=reverse("groups"),
            back=page,
            field="name",
            says=_("You are in the group."),
        )
    try:
        link = group_links.link_behind(token, now=timezone.now())
    except NotFound:
        raise Http404 from None
    offered = {"name": groups.offered_name(link.group)}
    context = {"nav": "me", "group": link.group, "form": answers.form_for(request, JoinForm, JOIN, initial=offered)}
    return render(request, "sharing/groups/join.html", context)


@require_POST
@login_required
def rename_member(request: HttpRequest, group_id: int) -> HttpResponse:
    form, page = JoinForm(request.POST), reverse("group", args=[group_id])

    def rename() -> None:
        groups.rename_member(group_id=group_id, actor=reader_of(request), now=timezone.now(), **form.cleaned_data)

    return answers.after_form(
        request, form, rename, name=RENAME, to=page, back=f"{page}#name", field="name", says=_("Saved")
    )


@require_POST
@login_required
def leave_group(request: HttpRequest, group_id: int) -> HttpResponse:
    return answers.after(
        request,
        lambda: groups.leave_group(group_id=group_id, actor=reader_of(request), now=timezone.now()),
        to=reverse("groups"),
        back=reverse("group", args=[group_id]),
        says=_left,
    )


def _left(hidden: int) -> str:
    if not hidden:
        return _("You have left the group.")
    words = ngettext(
        "You have left the group. %(count)d of your books was for it alone; now only you see it.",
        "You have left the group. %(count)d of your books were for it alone; now only you see them.",
        hidden,
    )
    return words % {"count": hidden}


@require_POST
@login_required
def remove_member(request: HttpRequest, group_id: int, member_id: int) -> HttpResponse:
    which = {"group_id": group_id, "member_id": member_id}
    page = reverse("group", args=[group_id])
    return answers.after(
        request,
        lambda: groups.remove_member(actor=reader_of(request), now=timezone.now(), **which),
        to=page,
        back=page,
        says=_("Removed. The link that led here has been revoked, too."),
    )


@require_POST
@login_required
def hand_on_group(request: HttpRequest, group_id: int, member_id: int) -> HttpResponse:
    which = {"group_id": group_id, "member_id": member_id}
    page = reverse("group", args=[group_id])
    return answers.after(
        request,
        lambda: groups.hand_on(actor=reader_of(request), now=timezone.now(), **which),
        to=page,
        back=page,
        says=_("Another member runs the group now."),
    )


@require_POST
@login_required
def close_group(request: HttpRequest, group_id: int) -> HttpResponse:
    return answers.after(
        request,
        lambda: groups.close_group(group_id=group_id, actor=reader_of(request), now=timezone.now()),
        to=reverse("groups"),
        back=reverse("group", args=[group_id]),
        says=_("The group has been closed."),
    )


def _address(link: GroupLink) -> str:
    return f"{settings.BASE_URL}{reverse('join-group', args=[group_links.token_of(link)])}"
