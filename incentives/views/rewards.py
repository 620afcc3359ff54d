from datetime import timedelta
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from incentives import budgets, ledger, reward_pictures, rewards, switches, uses, vouchers
from incentives.errors import PriceChanged, RewardEnded
from incentives.forms import RedeemForm
from incentives.models import Reward, Voucher
from incentives.views.switch import for_readers
from sharing.views import answers
from sharing.views.readers import reader_of

PAST_SHOWN = 10
LONGEST_NUMBER = 16
A_YEAR = 31_536_000


@for_readers
def show(request: HttpRequest) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    balance = ledger.balance(reader, now=now)
    set_aside = budgets.set_aside_for(reader, now=now)
    offers = rewards.available(reader, now=now, spendable=balance.spendable, set_aside=set_aside)
    mine = vouchers.visible_to(reader)
    ready = mine.filter(status=Voucher.Status.ISSUED, expires_at__gt=now).order_by("expires_at")
    context = {
        "nav": "me",
        "balance": balance,
        "ready": [vouchers.shown(voucher, now=now) for voucher in ready],
        "budget_used_up": rewards.budget_notice(offers, set_aside),
        "past": mine.exclude(status=Voucher.Status.ISSUED)[:PAST_SHOWN],
        "offers": offers,
        "idle": uses.idle({one.reward.effect for one in offers if one.can_redeem}, reader, now=now),
        "key": uuid4(),
        "return_days": vouchers.RETURN_DAYS,
    }
    return render(request, "incentives/rewards/rewards.html", context)


@require_safe
@for_readers
def confirm(request: HttpRequest, reward_id: int) -> HttpResponse:
    """What can't be undone is asked first."""
    now = timezone.now()
    reward = get_object_or_404(rewards.begun(now=now), pk=reward_id)
    if reward.has_ended(now=now):
        messages.error(request, RewardEnded().message)
        return redirect("rewards")
    if not reward.works_at_once:
        return redirect("rewards")
    until = now + timedelta(days=reward.valid_days)
    return render(
        request,
        "incentives/rewards/confirm.html",
        {"nav": "me", "reward": reward, "until": until, "key": uuid4()},
    )


@require_POST
@for_readers
def redeem(request: HttpRequest, reward_id: int) -> HttpResponse:
    form = RedeemForm(request.POST)
    back = reverse("rewards")
    if not form.is_valid():
        messages.error(request, PriceChanged().message)
        return redirect(back)
    said, now = form.cleaned_data, timezone.now()
    reward = get_object_or_404(rewards.begun(now=now), pk=reward_id)
    if not said.pop("sure") and reward.works_at_once:
        return redirect("confirm-redemption", reward_id)
    return answers.after(
        request,
        lambda: rewards.redeem_reward(reward_id=reward_id, actor=reader_of(request), now=now, **said),
        to=lambda voucher: voucher.get_absolute_url(),
        back=back,
        says=_("Redeemed"),
    )


@for_readers
def voucher(request: HttpRequest, code: str) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    found = get_object_or_404(vouchers.visible_to(reader), code=code)
    shown = vouchers.shown(found, now=now)
    uses_now = uses.choices(found.reward.effect, reader, now=now) if shown.status == Voucher.Status.ISSUED else []
    context = {"nav": "me", "shown": shown, "uses": uses_now}
    return render(request, "incentives/rewards/voucher.html", context)


@require_POST
@for_readers
def use_voucher(request: HttpRequest, code: str) -> HttpResponse:
    target = request.POST.get("target", "")
    if not (target.isascii() and target.isdecimal() and len(target) < LONGEST_NUMBER):
        raise Http404
    address = reverse("voucher", args=[code])
    return answers.after(
        request,
        lambda: vouchers.use_voucher(code=code, target=int(target), actor=reader_of(request), now=timezone.now()),
        to=address,
        back=address,
        says=_("Done."),
    )


@login_required
def ready_for(request: HttpRequest, effect: str) -> HttpResponse:
    """A piece of other pages: the voucher that its reader could use there, the first to expire; empty without one."""
    now, reader = timezone.now(), reader_of(request)
    if effect not in Reward.CHOSEN or not switches.of(reader).both:
        return HttpResponse("")
    mine = vouchers.visible_to(reader).filter(status=Voucher.Status.ISSUED, expires_at__gt=now)
    found = mine.filter(reward__effect=effect).order_by("expires_at").first()
    return render(request, "incentives/rewards/ready.html", {"voucher": found})


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def picture(request: HttpRequest, name: str, width: str) -> HttpResponse:
    """Its name says its content, so it may be kept for good."""
    try:
        content = reward_pictures.read(name, int(width))
    except OSError:
        raise Http404 from None
    return HttpResponse(content, content_type="image/webp")


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
