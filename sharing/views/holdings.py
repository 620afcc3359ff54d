"""A book in the reader's hands, and what they say of it beforehand: offered, agreed under conditions, not now."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import absences, in_hand, kept, offers, transferable
from sharing.errors import NotFound
from sharing.holdings import CopyHolding, Holding, LoanHolding
from sharing.models import Erasure, OutsideLoan, Rest
from sharing.views import answers
from sharing.views.kept import keep_form
from sharing.views.outside import LEND, LendForm
from sharing.views.readers import reader_of

CONSENT, REST = "standing-consent", "rest"


class ConsentForm(forms.Form):
    same_area = forms.BooleanField(label=gettext_lazy("Only readers of my part of the campus"), required=False)
    per_week = forms.IntegerField(
        label=gettext_lazy("At most so many a week"),
        help_text=gettext_lazy("All your books together."),
        min_value=1,
        max_value=offers.MOST_A_WEEK,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    days_before_due = forms.IntegerField(
        label=gettext_lazy("Not within so many days of the due date"),
        min_value=0,
        max_value=offers.MOST_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, is_loan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_loan:  # a copy that is free is not due
            del self.fields["days_before_due"]


class RestForm(forms.Form):
    last_date = forms.DateField(
        label=gettext_lazy("Up to and with"), widget=forms.DateInput(attrs={"type": "date"}), required=True
    )


@require_safe
@login_required
def holding(request: HttpRequest, key: str) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    found = _mine(key, reader, now)
    context = {
        "nav": "shelf",
        "holding": found,
        "is_loan": isinstance(found, LoanHolding),
        "title": Title.objects.get(pk=found.title_id),
        "why_not": transferable.sentence(found.reason) if isinstance(found, LoanHolding) and found.reason else "",
        "outside": _outside(found),
        "lend_form": answers.form_for(request, LendForm, LEND),
        "own_copy": isinstance(found, CopyHolding) and found.copy.owner_id == reader.pk,
        "rest": _rest(found, now),
        "leaving": Erasure.objects.waiting().filter(reader=reader).exists() if found.resting else False,
        "away": found.resting and not _rest(found, now) and not _outside(found),
        "consent_form": answers.form_for(request, ConsentForm, CONSENT, initial=_terms(found), **_kind(found)),
        "kept": (held := kept.of(found, now=now)),
        "kept_link": kept.address_of(held) if held else "",
        "keep_form": keep_form(request, reader),
        "rest_form": answers.form_for(request, RestForm, REST),
    }
    return render(request, "sharing/holdings/holding.html", context)


def _mine(key: str, reader: Reader, now: datetime) -> Holding:
    try:
        return in_hand.get(key, actor=reader, now=now)
    except NotFound:
        raise Http404 from None


def _rest(found: Holding, now: datetime) -> Rest | None:
    rest = Rest.objects.filter(holder=found.holder, **in_hand.both_keys(found)).first()
    return rest if rest and rest.last_date >= timezone.localdate(now) else None


def _outside(found: Holding) -> OutsideLoan | None:
    if not isinstance(found, CopyHolding):
        return None
    return OutsideLoan.objects.running().filter(copy=found.copy, reader=found.holder).first()


def _kind(found: Holding) -> dict[str, bool]:
    return {"is_loan": isinstance(found, LoanHolding)}


def _terms(found: Holding) -> dict[str, object]:
    said = found.consent
    if said is None:
        return {"per_week": 1, "days_before_due": 7}
    return {name: getattr(said, name) for name in ("same_area", "per_week", "days_before_due")}


@require_POST
@login_required
def offer_holding(request: HttpRequest, key: str) -> HttpResponse:
    page = _page(key)
    return answers.after(
        request,
        lambda: offers.offer_holding(holding_key=key, actor=reader_of(request), now=timezone.now()),
        to=_where_it_goes,
        back=page,
        says=lambda found: (
            _("Offered. The next reader who asks has it at once.")
            if found.offered
            else _("A reader was waiting for it. Now choose a place and a time.")
        ),
    )


def _where_it_goes(found: Holding) -> str:
    return found.lending.get_absolute_url() if found.lending else _page(found.key)


@require_POST
@login_required
def withdraw_offer(request: HttpRequest, key: str) -> HttpResponse:
    page = _page(key)
    return answers.after(
        request,
        lambda: offers.withdraw_offer(holding_key=key, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("No longer offered. Asks wait for your answer again."),
    )


@require_POST
@login_required
def give_consent(request: HttpRequest, key: str) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    found = _mine(key, reader, now)
    form = ConsentForm(request.POST, **_kind(found))
    return answers.after_form(
        request,
        form,
        lambda: offers.give_standing_consent(
            holding_key=key, actor=reader, now=now, **{"days_before_due": 0, **form.cleaned_data}
        ),
        name=CONSENT,
        to=_page(key),
        back=_page(key) + "#consent",
        says=_("Saved. Asks that fit are agreed at once, and you are told."),
    )


@require_POST
@login_required
def end_consent(request: HttpRequest, key: str) -> HttpResponse:
    page = _page(key)
    return answers.after(
        request,
        lambda: offers.end_standing_consent(holding_key=key, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Ended. Asks wait for your answer again."),
    )


@require_POST
@login_required
def rest_holding(request: HttpRequest, key: str) -> HttpResponse:
    form = RestForm(request.POST)
    return answers.after_form(
        request,
        form,
        lambda: absences.rest_holding(
            holding_key=key, actor=reader_of(request), now=timezone.now(), **form.cleaned_data
        ),
        name=REST,
        to=_page(key),
        back=_page(key) + "#rest",
        field="last_date",
        says=_("Saved. Until then nobody asks you for this one."),
    )


@require_POST
@login_required
def wake_holding(request: HttpRequest, key: str) -> HttpResponse:
    page = _page(key)
    return answers.after(
        request,
        lambda: absences.wake_holding(holding_key=key, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("It may be asked for again."),
    )


def _page(key: str) -> str:
    return reverse("holding", args=[key])
