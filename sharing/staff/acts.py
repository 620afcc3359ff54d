"""What a librarian may do about a lending: settle it, finish or hasten its transfer, learn who its readers are.

Each is a form of its own, calls one function of the domain, and goes back to the slip.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from library_bridge import transfers
from library_bridge.models import Reader, Transfer
from library_bridge.ports import Unavailable
from library_bridge.staff.settling import LIST_INCOMPLETE, silence
from sharing import dates, disclosures, disputes, missing_books, states, transferring
from sharing.errors import SharingError
from sharing.models import Lending
from sharing.staff.act_words import FINISH, LOOK_INTO, LOOK_UP, RETRY, SETTLE, SETTLE_LOAN, Act
from sharing.staff.forms import FinishForm, LookIntoForm, LookUpForm, RetryForm, SettleForm

CHANGE = "sharing.change_lending"
SEE = "sharing.view_lending"
CHANGE_TRANSFER = "library_bridge.change_transfer"
LOOK_LASTS = timedelta(minutes=15)
LOOKED = "looked up"
T = Transfer.Status


def possible(lending: Lending, staff: Any) -> list[Act]:
    """What this person may do now. Nobody acts on a lending of their own."""
    if not staff.has_perm(CHANGE) or staff.pk in (lending.giver_id, lending.taker_id):
        return []
    found = []
    transfer = lending.transfer
    if lending.status == Lending.Status.TRANSFERRING and transfer and transfer.status == T.PENDING:
        found.append(RETRY)
    if lending.is_live and transfer and transfer.status == T.NEEDS_LIBRARIAN and staff.has_perm(CHANGE_TRANSFER):
        found.append(FINISH)
    moved = transfer is None or transfer.status in (T.DONE, T.REFUSED)
    if moved and Lending.Status.SETTLED in states.LENDING[lending.status]:
        found.append(SETTLE_LOAN if lending.kind == Lending.Kind.LIBRARY_LOAN else SETTLE)
    if missing_books.waiting().filter(pk=lending.pk).exists():
        found.append(LOOK_INTO)
    return found


def lending_or_404(pk: int, staff: Reader) -> Lending:
    try:
        return Lending.objects.visible_to_staff(staff).for_page().select_related("transfer__library").get(pk=pk)
    except Lending.DoesNotExist:
        raise Http404 from None


def may_look_up(staff: Any) -> bool:
    return bool(staff.has_perm(SEE) and staff.has_perm(disclosures.MAY_SEE_READERS))


def has_looked(request: HttpRequest, lending: Lending, *, now: datetime) -> bool:
    """For a quarter of an hour after a look was recorded, in this session only."""
    at = request.session.get(LOOKED, {}).get(str(lending.pk))
    return bool(at and may_look_up(request.user) and now.timestamp() - at < LOOK_LASTS.total_seconds())


class OnLending(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    act: Act
    template_name = "sharing/admin/act.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may():
            raise PermissionDenied
        if not self.is_possible():
            messages.info(request, _("Things have moved on: this can no longer be done here."))
            return HttpResponseRedirect(self.slip_url)
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def staff(self) -> Reader:
        return cast(Reader, self.request.user)

    def may(self) -> bool:
        return bool(self.request.user.has_perm(SEE) and self.request.user.has_perm(CHANGE))

    def is_possible(self) -> bool:
        return self.worded is not None

    @cached_property
    def worded(self) -> Act | None:
        """The act as it is put for this lending; None when it cannot be done."""
        return next((act for act in possible(self.lending, self.request.user) if act.code == self.act.code), None)

    @cached_property
    def lending(self) -> Lending:
        return lending_or_404(self.kwargs["pk"], self.staff)

    @property
    def slip_url(self) -> str:
        return reverse("lendings:inspect", args=[self.kwargs["pk"]])

    def get_page_title(self) -> str:
        return str(self.act.name)

    def get_page_subtitle(self) -> str:
        return self.lending.number

    def get_header_icon(self) -> str:
        return self.act.icon

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("lendings:index"), "label": _("Lendings")},
            {"url": self.slip_url, "label": self.lending.number},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "act": self.worded,
            "lending": self.lending,
            "back": self.slip_url,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.do(form.cleaned_data, now=timezone.now())
        except SharingError as refusal:
            form.add_error(None, refusal.message)
        except Unavailable:
            form.add_error(None, silence(self.lending.transfer, timezone.now()))
        except transfers.ListIncomplete:
            form.add_error(None, LIST_INCOMPLETE)
        if form.errors:
            return self.form_invalid(form)
        return HttpResponseRedirect(self.slip_url)

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        raise NotImplementedError

    def keep_log(self, action: str, **data: Any) -> None:
        log(instance=self.lending, action=f"sharing.{action}", user=self.request.user, data=data)


class Settle(OnLending):
    act = SETTLE
    form_class = SettleForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lending": self.lending}

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        disputes.settle_lending(
            lending_id=self.lending.pk, actor=self.staff, outcome=said["outcome"], reason=said["reason"], now=now
        )  # fmt: skip
        self.keep_log("settle", outcome=said["outcome"], reason=said["reason"])
        messages.success(self.request, _("Settled. Both readers have been told."))


class LookInto(OnLending):
    act = LOOK_INTO
    form_class = LookIntoForm

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        missing_books.look_into(lending_id=self.lending.pk, actor=self.staff, reason=said["reason"], now=now)
        self.keep_log("look_into", reason=said["reason"])
        messages.success(self.request, _("Noted. Both readers have been told."))


class Finish(OnLending):
    act = FINISH
    form_class = FinishForm

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        assert self.lending.transfer is not None
        try:
            transfer = transfers.finish_by_staff(
                transfer_id=self.lending.transfer.pk,
                actor=self.staff,
                reason=said["reason"],
                seen=said["seen"],
                now=now,
            )
        except transfers.NotForStaff:
            messages.info(self.request, _("Somebody else has settled this transfer meanwhile."))
            return
        self.keep_log("finish_transfer", status=transfer.status, reason=said["reason"], code=transfer.reason_code)
        if transfer.status == T.DONE:
            transferring.advance_transfer(lending_id=self.lending.pk, now=now)
            messages.success(self.request, _("The loan is on the taker’s card: the lending is completed."))
        else:
            messages.warning(
                self.request, _("The loan is not on the taker’s card, so the transfer ended. Now settle the lending.")
            )


class Retry(OnLending):
    act = RETRY
    form_class = RetryForm

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        assert self.lending.transfer is not None
        transfers.hasten(transfer_id=self.lending.transfer.pk, now=now)
        moved = transferring.advance_transfer(lending_id=self.lending.pk, now=now)
        self.keep_log("retry_transfer", status=moved.status)
        if moved.status == Lending.Status.TRANSFERRING:
            messages.warning(self.request, _still_waiting(self.lending.transfer.pk, now))
        elif moved.status == Lending.Status.COMPLETED:
            messages.success(self.request, _("The library has moved the loan: the lending is completed."))
        else:
            messages.warning(self.request, _("The library did not move the loan. It is yours to settle now."))


def _still_waiting(transfer_id: int, now: datetime) -> str:
    again = Transfer.objects.values_list("next_try_at", flat=True).get(pk=transfer_id) or now
    when = dates.near_time(again, today=timezone.localdate(now))
    return _("The library system did not answer. The next try is %(when)s.") % {"when": when}


class LookUp(OnLending):
    act = LOOK_UP
    form_class = LookUpForm

    def may(self) -> bool:
        return may_look_up(self.request.user)

    def is_possible(self) -> bool:
        return bool(self.lending.pk)

    def do(self, said: dict[str, Any], *, now: datetime) -> None:
        disclosures.look_up_readers(
            lending_id=self.lending.pk, actor=self.staff, reason=said["reason"], now=now
        )  # fmt: skip
        looked = self.request.session.get(LOOKED, {})
        self.request.session[LOOKED] = {**looked, str(self.lending.pk): now.timestamp()}
        self.keep_log("look_up")
