"""Arranging a handover, its code, and the two confirmations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from sharing import calendars, handovers, policies, together
from sharing.errors import SharingError
from sharing.models import Handover, Lending
from sharing.scenes import Scene
from sharing.views import answers, meetings
from sharing.views.meetings import PinForm, ProposeForm
from sharing.views.readers import page_of_handover, reader_of


@require_POST
@login_required
def propose_handover(request: HttpRequest, lending_id: int) -> HttpResponse:
    """With `slot`, one of the times that suit both, as the page offered it."""
    reader, form = reader_of(request), ProposeForm(_of_slot(request.POST))
    page = get_object_or_404(Lending.objects.visible_to(reader), pk=lending_id).get_absolute_url()
    return answers.after_form(
        request,
        form,
        lambda: _propose(request, lending_id, reader, form),
        name=f"propose {lending_id}",
        to=page,
        back=f"{page}#propose",
        says=_("Proposed. The other side has been told."),
    )


def _propose(request: HttpRequest, lending_id: int, reader: Reader, form: ProposeForm) -> None:
    now = timezone.now()
    handover = handovers.propose_handover(
        lending_id=lending_id,
        actor=reader,
        method=form.method,
        place=form.where,
        starts_at=form.starts_at,
        now=now,
    )
    if also := meetings.numbers(request, "also"):
        meetings.tell(request, together.propose_for_others(handover, also=also, actor=reader, now=now))


def _of_slot(sent: QueryDict) -> QueryDict | dict[str, str]:
    """ "2026-11-25T12:30 place" in the fields of the form."""
    at, _blank, place = sent.get("slot", "").partition(" ")
    day, _t, hour = at.partition("T")
    return {"day": day, "time": hour, "place": place} if at else sent


@require_POST
@login_required
def agree_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    page = page_of_handover(reader_of(request), handover_id)
    return answers.after(
        request,
        lambda: _agree(request, handover_id),
        to=page,
        back=page,
        says=lambda agreed: _what_to_do_when_we_meet(agreed, reader_of(request)),
    )


def _agree(request: HttpRequest, handover_id: int) -> Handover:
    reader, now = reader_of(request), timezone.now()
    agreed = handovers.agree_handover(handover_id=handover_id, actor=reader, now=now)
    meetings.tell(request, together.agree_to_others(agreed, actor=reader, now=now))
    return agreed


def _what_to_do_when_we_meet(handover: Handover, reader: Reader) -> str:
    if handover.method != Handover.Method.IN_PERSON:
        return _("Agreed. This page says what comes next.")
    if handover.giver_id == reader.pk:
        return _("Agreed. When you meet, the code is on this page.")
    return _("Agreed. When you meet, type the six digits from the other side’s page.")


@require_POST
@login_required
def handover_code(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Make or renew the code: for htmx the ticket with it, otherwise the lending's page."""
    reader = reader_of(request)
    handover = get_object_or_404(Handover.objects.visible_to(reader), pk=handover_id)
    try:
        handovers.issue_code(handover_id=handover_id, actor=reader, now=timezone.now())
    except SharingError as refusal:
        messages.error(request, refusal.message)
    if request.htmx:  # type: ignore[attr-defined]
        return meetings.now_part(request, handover.lending_id)
    return redirect("lending", handover.lending_id)


@require_POST
@login_required
def confirm_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader, form = reader_of(request), PinForm(request.POST)
    page = page_of_handover(reader, handover_id)
    return answers.after_form(
        request,
        form,
        lambda: _confirm(request, handover_id, reader, form.cleaned_data["pin"]),
        name=f"pin {handover_id}",
        to=page,
        back=page,
        field="pin",
        secret=("pin",),
        says=_("Both of you have confirmed the handover."),
    )


def _confirm(request: HttpRequest, handover_id: int, reader: Reader, pin: str) -> None:
    first = Handover.objects.visible_to(reader).select_related("lending").get(pk=handover_id)
    chosen, now = meetings.numbers(request, "with"), timezone.now()
    meetings.tell(request, together.confirm_meeting(first, chosen=chosen, actor=reader, pin=pin, now=now))


@require_safe
@login_required
def meeting_file(request: HttpRequest, lending_id: int) -> HttpResponse:
    """The agreed meeting for the reader's own calendar; 404 while none is agreed."""
    reader = reader_of(request)
    scene = Scene(meetings.lending_of(reader, lending_id), reader, policies.current(), timezone.now())
    meeting = calendars.meeting_of(scene)
    if meeting is None:
        raise Http404
    answer = HttpResponse(calendars.file_of([meeting]), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="bookrelay-{lending_id}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer
