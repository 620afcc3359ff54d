"""A librarian ends a transfer that needs one: first in the library system, then here, with a reason."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from library_bridge import reasons, transfers
from library_bridge.models import Reader, Transfer
from library_bridge.ports import Unavailable
from library_bridge.staff import transfer_slips
from library_bridge.staff.forms import SettleForm
from library_bridge.staff.seeing import InspectSeen, visible_to_staff

NEEDED = "library_bridge.change_transfer"
LIST_INCOMPLETE = gettext_lazy(
    "The library system does not list all loans of these two cards and shows this one on neither, so it can’t be seen where it "
    "is. Nothing was changed: unblock the card there and try again, or look it up at the desk and say below what you have seen."
)


class InspectTransfer(InspectSeen):
    """The transfer with its steps, and the way to settle it."""

    template_name = "library_bridge/admin/inspect_transfer.html"

    def get_page_subtitle(self) -> str:
        return transfer_slips.number(self.object)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        slip_url = transfer_slips.url(self.object, cast(Reader, self.request.user))
        slip = [HeaderButton(_("Slip"), url=slip_url, icon_name="doc-full")] if slip_url else []
        waits = self.object.status == Transfer.Status.NEEDS_LIBRARIAN
        if not waits or not self.request.user.has_perm(NEEDED) or is_own(self.object, self.request.user):
            return slip
        return [
            *slip,
            HeaderButton(
                pgettext("transfer", "Settle"),
                url=reverse("transfers:settle", args=[self.object.pk]),
                icon_name="check",
            ),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        code = self.object.reason_code
        says = reasons.sentence(code) if code else ""
        return {**super().get_context_data(**kwargs), "steps": self.object.steps.all(), "says": says}


def is_own(transfer: Transfer, staff: Any) -> bool:
    return staff.pk in (transfer.giver.reader_id, transfer.taker.reader_id)


def silence(transfer: Transfer | None, now: datetime) -> str:
    """What a librarian reads who could not settle."""
    if transfer is not None and transfers.may_be_seen(transfer, now=now):
        return _(
            "The library system can’t be reached right now. Nothing was changed: try again later, or look it up at the desk and say "
            "below what you have seen."
        )
    return _("The library system can’t be reached right now. Nothing was changed.")


class SettleTransfer(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = SettleForm
    template_name = "library_bridge/admin/settle_transfer.html"
    page_title = pgettext_lazy("transfer", "Settle")
    header_icon = "check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(NEEDED) or is_own(self.transfer, request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def transfer(self) -> Transfer:
        waiting = visible_to_staff(Transfer.objects.all(), cast(Reader, self.request.user))
        waiting = waiting.filter(status=Transfer.Status.NEEDS_LIBRARIAN)
        found: Transfer = get_object_or_404(waiting, pk=self.kwargs["pk"])
        return found

    def get_page_subtitle(self) -> str:
        return transfer_slips.number(self.transfer)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        says = reasons.sentence(self.transfer.reason_code)
        return {**super().get_context_data(**kwargs), "transfer": self.transfer, "says": says}

    def form_valid(self, form: SettleForm) -> HttpResponse:
        try:
            settled = transfers.finish_by_staff(
                transfer_id=self.transfer.pk,
                actor=cast(Reader, self.request.user),  # the admin's door lets nobody else in
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                now=timezone.now(),
            )
        except Unavailable:
            form.add_error(None, silence(self.transfer, timezone.now()))
            return self.form_invalid(form)
        except transfers.ListIncomplete:
            form.add_error(None, LIST_INCOMPLETE)
            return self.form_invalid(form)
        except transfers.NotForStaff:
            messages.info(self.request, _("Somebody else has settled this transfer meanwhile."))
        else:
            log(
                instance=settled,
                action="library_bridge.settle_transfer",
                user=self.request.user,
                data={"reason": settled.settled_because, "status": settled.status, "code": settled.reason_code},
            )
            transfer_slips.settled(settled)
            messages.success(self.request, _outcome(settled))
        return HttpResponseRedirect(reverse("transfers:inspect", args=[self.transfer.pk]))


def _outcome(settled: Transfer) -> str:
    if settled.was_seen:
        return _("Settled as you have seen it: the library system does not tell where the loan is.")
    if settled.status == Transfer.Status.DONE:
        return _("Settled: the library system has the item on the taker’s card.")
    return _(
        "Settled: the library system does not have the item on the taker’s card, so the transfer ended without it."
    )
