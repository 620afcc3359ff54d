"""What the pages of lendings and of handovers share: the part that says what is next, its forms and its code."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library_bridge.models import Reader
from sharing import collectors, drop_points, free_times, late_codes, places, policies, steps, together, typography
from sharing.models import Handover, Lending
from sharing.scenes import Scene
from sharing.together import Result
from sharing.views import answers, ways
from sharing.views.readers import reader_of

PAGE = "sharing/lendings/lending.html"
DROP, COURIER = "drop:", "courier:"  # how a choice of the place tells the method


class ProposeForm(forms.Form):
    """Place and time. The place is one of those suggested, or another in the reader's words."""

    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    other_place = forms.CharField(
        label=gettext_lazy("Another place"), required=False, max_length=120,
        help_text=gettext_lazy("A public place that both of you find; by courier, where the parcel goes."),
    )  # fmt: skip
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, receives: bool = True, **kwargs: Any) -> None:
        """`receives`: whether the book comes to this reader, who alone may say where a parcel goes."""
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            *((name, name) for name in places.choices()),
            ("", _("Another place, written below")),
            *(
                (f"{DROP}{point.place.name}", _("Left at: %(place)s") % {"place": point})
                for point in drop_points.offered()
            ),
            *([(COURIER, _("By courier, to the address below"))] if receives else []),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen, typed = cleaned.get("place", ""), cleaned.get("other_place")
        if chosen in ("", COURIER) and not typed and "place" not in self.errors:
            words = _("Say where the parcel goes.") if chosen else _("Choose a place, or name one.")
            self.add_error("other_place", words)
        return cleaned

    @property
    def method(self) -> Handover.Method:
        place = self.cleaned_data["place"]
        if place == COURIER:
            return Handover.Method.COURIER
        return Handover.Method.DROP_POINT if place.startswith(DROP) else Handover.Method.IN_PERSON

    @property
    def where(self) -> str:
        place = str(self.cleaned_data["place"])
        if place.startswith(DROP):
            return place.removeprefix(DROP)
        return str(self.cleaned_data["other_place"] or place)

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class PinForm(forms.Form):
    pin = forms.CharField(
        label=gettext_lazy("Six digits from the other side’s page"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"class": "input-pin", "inputmode": "numeric", "autocomplete": "off", "maxlength": 12}),
    )  # fmt: skip


class CollectedForm(forms.Form):
    pin = forms.CharField(
        label=gettext_lazy("Six digits from whoever collects it"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"class": "input-pin", "inputmode": "numeric", "autocomplete": "off", "maxlength": 12}),
    )  # fmt: skip


def lending_of(reader: Reader, lending_id: int) -> Lending:
    """With its ask and conversation knowing the two readers, so that nothing is fetched twice."""
    found = get_object_or_404(Lending.objects.visible_to(reader).for_page(), pk=lending_id)
    found.ask.holder, found.ask.request, found.request.requester = found.giver, found.request, found.taker
    found.ask.lending, found.ask.conversation.ask = found, found.ask
    for handover in found.handovers.all():
        handover.lending = found
    return found


def now_part(request: HttpRequest, lending_id: int) -> HttpResponse:
    """The part that says what is next. It does not ask for a new code again, or a refusal would go round in circles."""
    reader, now = reader_of(request), timezone.now()
    scene = Scene(lending_of(reader, lending_id), reader, policies.current(), now)
    return render(request, f"{PAGE}#now", what_is_next(request, scene))


def what_is_next(request: HttpRequest, scene: Scene) -> dict[str, Any]:
    found, step = scene.lending, steps.next_step(scene)
    context: dict[str, Any] = {
        "lending": found, "title": found.title, "scene": scene, "step": step, "handover": scene.handover, "nav": "todo",
    }  # fmt: skip
    if policies.direction_now(found):
        if scene.handover is None or not scene.handover.is_underway:
            receives = not scene.hands_over
            context["propose"] = propose_form(
                request, found.pk, earlier=scene.handover, receives=receives, now=scene.now
            )
        company = together.others(found)
        context["company"] = company
        if scene.handover and scene.handover.has_time:
            context["along"] = together.same_meeting(scene.handover, company)
        context["slots"] = free_times.slots(found, now=scene.now, policy=scene.policy)
    context["collector"] = collectors.of(found)
    possible = context["collector"] or policies.somebody_else_may_come(scene.handover)
    context["sends_somebody"] = possible and not scene.gives
    if context["collector"] and scene.gives and policies.meets_collector(scene.handover):
        context["sent_along"] = together.sent_for_along(found)
        context["collected"] = answers.form_for(request, CollectedForm, f"collected {found.pk}")
    if scene.handover and scene.handover.has_time:
        context["spot"] = places.on_map(scene.handover.place)
    context |= ways.context(request, scene, step)
    if step.name == "show_code" and scene.handover:
        context["code"] = ways.shown_code(scene.handover, scene.now)
    elif step.name == "enter_code" and scene.handover:
        context["late_slip"] = late_codes.slip_for(scene.handover, scene.reader, now=scene.now, policy=scene.policy)
        context["pin"] = answers.form_for(request, PinForm, f"pin {scene.handover.pk}")
    elif step.name == "borrowed":
        context["why_not_extend"] = _why_not_extend(scene)
    return context


def to_arrange(lending: Lending, reader: Reader, now: datetime) -> dict[str, Any]:
    """For the conversation's page: the other side's proposal to agree to, else times that may suit both."""
    direction = policies.direction_now(lending)
    if direction is None:
        return {}
    open_one = lending.handovers.open().filter(direction=direction).first()
    if open_one is None:
        return {"lending": lending, "slots": free_times.slots(lending, now=now)}
    open_one.lending = lending
    if not policies.may_agree(open_one, reader):
        return {}
    return {"lending": lending, "proposal": open_one, "spot": places.on_map(open_one.place)}


def numbers(request: HttpRequest, name: str) -> set[int]:
    return {int(text) for text in request.POST.getlist(name) if text.isascii() and text.isdigit() and len(text) < 19}


def tell(request: HttpRequest, results: list[Result]) -> None:
    """What did not go along with the others, and why."""
    for result in results:
        if result.refusal is not None:
            title = typography.quoted(typography.name_of(result.lending.title))
            messages.error(request, f"{title}: {result.refusal.message}")


def code_renews_itself(context: dict[str, Any], scene: Scene) -> bool:
    """Whether the page asks for a new code as soon as it is open."""
    if "code" not in context or scene.handover is None or not steps.code_is_due(scene.handover, scene.now):
        return False
    return context["code"] is None or not context["code"].qr


def _why_not_extend(scene: Scene) -> str:
    found = scene.lending
    if found.extended_at is not None:
        return _("It was extended once already, and once is what the rules allow.")
    if found.is_overdue(scene.now):
        return _("It is overdue, so it cannot be extended.")
    if policies.someone_waits_for(found):
        return _("Another reader waits for it, so it cannot be extended.")
    return ""


def propose_form(
    request: HttpRequest, lending_id: int, *, earlier: Handover | None, receives: bool, now: datetime
) -> ProposeForm:
    """Empty but for tomorrow at noon; or with the proposal that is to be changed."""
    agreed = earlier is not None and earlier.has_time
    at = timezone.localtime(earlier.starts_at if earlier and agreed else now + timedelta(days=1))
    at = at if agreed else at.replace(hour=12, minute=30)
    initial = {"day": at.date(), "time": at.time(), "place": ""}
    form = answers.form_for(request, ProposeForm, f"propose {lending_id}", initial=initial, receives=receives)
    if earlier is None:
        form.initial["place"] = form.fields["place"].choices[0][0]  # type: ignore[attr-defined]
    if earlier is not None and not form.is_bound:
        _as_before(form, earlier)
    return form


def _as_before(form: ProposeForm, earlier: Handover) -> None:
    place, known = earlier.place_name, dict(form.fields["place"].choices)  # type: ignore[attr-defined]
    if earlier.method == Handover.Method.DROP_POINT and f"{DROP}{place}" in known:
        form.initial["place"] = f"{DROP}{place}"
    elif earlier.method == Handover.Method.COURIER:
        form.initial.update(place=COURIER, other_place=place)
    else:
        form.initial["place" if place in known else "other_place"] = place
