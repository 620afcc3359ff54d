from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incentives import ledger, rewards, vouchers
from incentives.errors import PriceChanged
from incentives.forms import RedeemForm
from incentives.models import Voucher
from incentives.views.switch import for_readers
from sharing.views import answers
from sharing.views.readers import reader_of

PAST_SHOWN = 10


@for_readers
def show(request: HttpRequest) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    balance = ledger.balance(reader, now=now)
    mine = vouchers.visible_to(reader)
    ready = mine.filter(status=Voucher.Status.ISSUED, expires_at__gt=now).order_by("expires_at")
    context = {
        "nav": "me",
        "balance": balance,
        "ready": [vouchers.shown(voucher, now=now) for voucher in ready],
        "past": mine.exclude(status=Voucher.Status.ISSUED)[:PAST_SHOWN],
        "offers": rewards.available(reader, now=now, spendable=balance.spendable),
        "key": uuid4(),
        "return_days": vouchers.RETURN_DAYS,
    }
    return render(request, "incentives/rewards/rewards.html", context)


@require_POST
@for_readers
def redeem(request: HttpRequest, reward_id: int) -> HttpResponse:
    form = RedeemForm(request.POST)
    back = reverse("rewards")
    if not form.is_valid():
        messages.error(request, PriceChanged().message)
        return redirect(back)
    return answers.after(
        request,
        lambda: rewards.redeem_reward(
            reward_id=reward_id, actor=reader_of(request), now=timezone.now(), **form.cleaned_data
        ),
        to=lambda voucher: voucher.get_absolute_url(),
        back=back,
        says=_("Redeemed"),
    )


@for_readers
def voucher(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(vouchers.visible_to(reader_of(request)), code=code)
    shown = vouchers.shown(found, now=timezone.now())
    return render(request, "incentives/rewards/voucher.html", {"nav": "me", "shown": shown})


@require_POST
@for_readers
def return_voucher(request: HttpRequest, code: str) -> HttpResponse:
    return answers.after(
        request,
        lambda: vouchers.cancel_voucher(code=code, actor=reader_of(request), now=timezone.now()),
        to=reverse("rewards"),
        back=reverse("rewards"),
        says=_("Returned. The points are back."),
    )
