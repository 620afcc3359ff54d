"""Arranging a handover, its code, and the two confirmations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from library_bridge.models import Reader
from sharing import areas, codes, handovers
from sharing.errors import SharingError
from sharing.models import Handover, Lending
from sharing.views import answers
from sharing.views.readers import reader_of


class ProposeForm(forms.Form):
    """Place and time. The place is one of those suggested, or another in the reader's words."""

    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    other_place = forms.CharField(
        label=gettext_lazy("Another place"), required=False, max_length=120,
        help_text=gettext_lazy("A public place that both of you find."),
    )  # fmt: skip
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [_("Library, front desk"), *areas.names().values()]
        choices = [*((name, name) for name in names), ("", _("Another place, written below"))]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("place") and not cleaned.get("other_place") and "place" not in self.errors:
            self.add_error("other_place", _("Choose a place, or name one."))
        return cleaned

    @property
    def where(self) -> str:
        return str(self.cleaned_data["other_place"] or self.cleaned_data["place"])

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class PinForm(forms.Form):
    pin = forms.CharField(
        label=gettext_lazy("Six digits from the other side’s page"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"class": "input-pin", "inputmode": "numeric", "autocomplete": "off", "maxlength": 12}),
    )  # fmt: skip


@dataclass(frozen=True)
class ShownCode:
    """A code that lives: what the giver's page shows. `qr` is empty while only the PIN does."""

    pin: str
    qr: str
    seconds: int
    qr_seconds: int


def shown_code(handover: Handover, now: datetime) -> ShownCode | None:
    """Reads only: a page that is opened makes no code."""
    alive = handover.pin_expires_at is not None and handover.pin_expires_at > now
    if not alive or handover.status != Handover.Status.AGREED or handover.wrong_tries >= settings.CODE_TRIES:
        return None
    assert handover.pin_expires_at is not None
    qr_left = (handover.qr_expires_at or now) - now
    return ShownCode(
        codes.pin_of(handover),
        codes.payload_of(handover) if qr_left > timedelta(0) else "",
        int((handover.pin_expires_at - now).total_seconds()),
        max(0, int(qr_left.total_seconds())),
    )


def propose_form(request: HttpRequest, lending_id: int, *, earlier: Handover | None, now: datetime) -> ProposeForm:
    """Empty but for tomorrow at noon; or with the proposal that is to be changed."""
    at = timezone.localtime(earlier.starts_at if earlier else now + timedelta(days=1))
    at = at if earlier else at.replace(hour=12, minute=30)
    initial = {"day": at.date(), "time": at.time(), "place": "" if earlier else _("Library, front desk")}
    form = answers.form_for(request, ProposeForm, f"propose {lending_id}", initial=initial)
    if earlier is not None and not form.is_bound:
        known = earlier.place in dict(form.fields["place"].choices)  # type: ignore[attr-defined]
        form.initial["place" if known else "other_place"] = earlier.place
    return form


@require_POST
@login_required
def propose_handover(request: HttpRequest, lending_id: int) -> HttpResponse:
    reader, form = reader_of(request), ProposeForm(request.POST)
    page = get_object_or_404(Lending.objects.visible_to(reader), pk=lending_id).get_absolute_url()
    return answers.after_form(
        request,
        form,
        lambda: handovers.propose_handover(
            lending_id=lending_id,
            actor=reader,
            method=Handover.Method.IN_PERSON,
            place=form.where,
            starts_at=form.starts_at,
            now=timezone.now(),
        ),
        name=f"propose {lending_id}",
        to=page,
        back=f"{page}#propose",
        says=_("Proposed. The other side has been told."),
    )


@require_POST
@login_required
def agree_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    page = _page(reader_of(request), handover_id)
    return answers.after(
        request,
        lambda: handovers.agree_handover(handover_id=handover_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=lambda agreed: _what_to_do_when_we_meet(agreed, reader_of(request)),
    )


def _what_to_do_when_we_meet(handover: Handover, reader: Reader) -> str:
    if handover.giver_id == reader.pk:
        return _("Agreed. When you meet, the code is on this page.")
    return _("Agreed. When you meet, type the six digits from the other side’s page.")


@require_POST
@login_required
def handover_code(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Make or renew the code: for htmx the ticket with it, otherwise the lending's page."""
    from sharing.views import lendings

    reader = reader_of(request)
    handover = get_object_or_404(Handover.objects.visible_to(reader), pk=handover_id)
    try:
        handovers.issue_code(handover_id=handover_id, actor=reader, now=timezone.now())
    except SharingError as refusal:
        messages.error(request, refusal.message)
    if request.htmx:  # type: ignore[attr-defined]
        return lendings.now_part(request, handover.lending_id)
    return redirect("lending", handover.lending_id)


@require_POST
@login_required
def confirm_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader, form = reader_of(request), PinForm(request.POST)
    page = _page(reader, handover_id)
    return answers.after_form(
        request,
        form,
        lambda: handovers.confirm_handover(
            handover_id=handover_id, actor=reader, pin=form.cleaned_data["pin"], now=timezone.now()
        ),
        name=f"pin {handover_id}",
        to=page,
        back=page,
        field="pin",
        secret=("pin",),
        says=_("Both of you have confirmed the handover."),
    )


def _page(reader: Reader, handover_id: int) -> str:
    """The page of the handover's lending; a stranger gets 404 here already."""
    handover = get_object_or_404(Handover.objects.visible_to(reader).select_related("lending"), pk=handover_id)
    return handover.lending.get_absolute_url()
