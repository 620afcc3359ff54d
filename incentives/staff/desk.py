"""The desk: a code is scanned or typed, the voucher is honoured, the next one follows on the same page."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from incentives import vouchers
from incentives.forms import VoucherCodeForm
from incentives.staff.pages import StaffPage
from sharing.errors import NotFound, SharingError
from sharing.views.readers import reader_of


class VoucherDesk(StaffPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = VoucherCodeForm
    template_name = "incentives/admin/voucher_desk.html"
    page_title = gettext_lazy("Voucher desk")
    header_icon = "check"
    permission = "incentives.honour_voucher"

    def form_valid(self, form: VoucherCodeForm) -> HttpResponse:
        try:
            voucher = vouchers.honour_voucher(
                code=form.cleaned_data["code"], actor=reader_of(self.request), now=timezone.now()
            )
        except NotFound:
            form.add_error("code", _("There is no voucher with this code."))
        except SharingError as refusal:
            form.add_error("code", refusal.message)
        else:
            says = _("Honoured: %(reward)s. Hand it over.") % {"reward": voucher.reward.name}
            messages.success(self.request, says)
            return HttpResponseRedirect(reverse("vouchers:desk"))
        return self.form_invalid(form)
