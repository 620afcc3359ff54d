"""The page of a lending, for both sides and every state, and what either can do there."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sharing import chains, conditions, disputes, lendings, limits, policies, slips, talks, trust
from sharing.models import ConditionCheck, Lending
from sharing.models.conditions import parts_in_words
from sharing.scenes import Scene
from sharing.views import answers, conversations, meetings, ratings
from sharing.views.notifications import unseen
from sharing.views.readers import reader_of

TALK = 3  # messages on the page; the rest is one tap away


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The other side can read it."),
    )


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What is wrong?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Damaged, lost, not as described, not received. The other side and librarians read it."),
    )  # fmt: skip


@require_safe
@login_required
def lending(request: HttpRequest, lending_id: int) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    found = meetings.lending_of(reader, lending_id)
    scene = Scene(found, reader, policies.current(), now)
    talk = talks.read(found.ask.conversation, viewer=reader, now=now, last=TALK)
    said = conditions.said_of(found)
    next_is = meetings.what_is_next(request, scene)
    context = {
        "part": conversations.part(request, talk, last=TALK), **next_is, **_trouble(request, scene),
        "renew": meetings.code_renews_itself(next_is, scene), "slip": slips.rows(scene), "onward": chains.onward(found, reader=reader),
        "unseen": unseen(reader, ask_id=found.ask_id),
        "check_now": conditions.to_check(found, said, reader=reader, now=now), "parts": ConditionCheck.Part.choices,
        "checked": [_checked(check, scene) for check in said],
        "about": trust.words_about(found.other(reader), now=now) if found.is_live else [],
        "rating": ratings.part(request, scene),
    }  # fmt: skip
    return render(request, meetings.PAGE, context)


def _checked(check: ConditionCheck, scene: Scene) -> dict[str, Any]:
    mine = check.reader_id == scene.reader.pk
    return {
        "worse": check.worse, "words": parts_in_words(check.worse), "at": check.checked_at,
        "who": _("You") if mine else scene.name, "photo": check.get_absolute_url() if check.photo else "",
    }  # fmt: skip


def _trouble(request: HttpRequest, scene: Scene) -> dict[str, Any]:
    number, trouble = scene.lending.pk, dict[str, Any]()
    if policies.may_cancel(scene.lending, scene.reader):
        earlier = limits.recent_cancellations(scene.reader, scene.policy, scene.now)
        trouble |= {
            "cancel": answers.form_for(request, CancelForm, f"cancel {number}"),
            "earlier": earlier,
            "pause": scene.policy.cool_off_days if earlier + 1 >= scene.policy.cool_off_after else 0,
        }
    if policies.may_dispute(scene.lending):
        trouble["dispute"] = answers.form_for(request, DisputeForm, f"dispute {number}")
    return trouble


@require_POST
@login_required
def cancel_lending(request: HttpRequest, lending_id: int) -> HttpResponse:
    form, page = CancelForm(request.POST), _page(request, lending_id)
    return answers.after_form(
        request,
        form,
        lambda: lendings.cancel_lending(
            lending_id=lending_id, actor=reader_of(request), reason=form.cleaned_data["reason"], now=timezone.now()
        ),
        name=f"cancel {lending_id}",
        to=page,
        back=page,
        says=_("The lending is cancelled and the other side has been told."),
    )


@require_POST
@login_required
def dispute_lending(request: HttpRequest, lending_id: int) -> HttpResponse:
    form, page = DisputeForm(request.POST), _page(request, lending_id)
    return answers.after_form(
        request,
        form,
        lambda: disputes.dispute_lending(
            lending_id=lending_id, actor=reader_of(request), reason=form.cleaned_data["reason"], now=timezone.now()
        ),
        name=f"dispute {lending_id}",
        to=page,
        back=page,
        says=_("A librarian will look at it."),
    )


def _page(request: HttpRequest, lending_id: int) -> str:
    """A stranger gets 404 here already."""
    return get_object_or_404(Lending.objects.visible_to(reader_of(request)), pk=lending_id).get_absolute_url()


@require_POST
@login_required
def start_return(request: HttpRequest, lending_id: int) -> HttpResponse:
    page = _page(request, lending_id)
    return answers.after(
        request,
        lambda: lendings.start_return(lending_id=lending_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
    )


@require_POST
@login_required
def extend_lending(request: HttpRequest, lending_id: int) -> HttpResponse:
    page = _page(request, lending_id)
    return answers.after(
        request,
        lambda: lendings.extend_lending(lending_id=lending_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Extended. The new date is on the slip."),
    )
