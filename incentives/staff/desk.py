"""The desk: a code is read by the camera or a scanner, or typed; the voucher is honoured, and the next one follows on the same page."""

from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from incentives import vouchers
from incentives.forms import VoucherCodeForm
from incentives.staff.pages import StaffPage
from sharing.errors import NotFound, SharingError
from sharing.views.readers import reader_of


@method_decorator(
    csp_update({"script-src": [WASM_UNSAFE_EVAL]}), name="dispatch"
)  # the decoder of the camera's pictures
class VoucherDesk(StaffPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = VoucherCodeForm
    template_name = "incentives/admin/voucher_desk.html"
    page_title = gettext_lazy("Voucher desk")
    header_icon = "check"
    permission = "incentives.honour_voucher"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Once the camera has been used it goes on with the next voucher."""
        with_camera = "camera" in self.request.POST or "camera" in self.request.GET
        return super().get_context_data(with_camera=with_camera, **kwargs)

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
            again = "?camera=1" if "camera" in self.request.POST else ""
            return HttpResponseRedirect(reverse("vouchers:desk") + again)
        return self.form_invalid(form)
