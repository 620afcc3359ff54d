"""A confirmation that waited on the taker's phone for the network: taken here, answered in words for the page that sent it."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sharing import together
from sharing.errors import NotFound, SharingError
from sharing.models import Handover
from sharing.views import meetings
from sharing.views.readers import reader_of


class LateForm(forms.Form):
    pin = forms.CharField(required=False, max_length=40)
    code = forms.CharField(required=False, max_length=500)
    slip = forms.CharField(max_length=300)
    seconds = forms.IntegerField(min_value=0, max_value=7 * 24 * 3600)


@require_POST
@login_required
def confirm_late(request: HttpRequest, handover_id: int) -> HttpResponse:
    """JSON `{"says": words, "page": where to look}`, 422 with the words where it does not count: then it is kept no longer."""
    reader, form = reader_of(request), LateForm(request.POST)
    rows = Handover.objects.visible_to(reader).select_related("lending")
    handover = get_object_or_404(rows, pk=handover_id)
    page = handover.lending.get_absolute_url()
    if not form.is_valid():
        return JsonResponse({"says": _("This confirmation can’t be read."), "page": page}, status=422)
    said, chosen = form.cleaned_data, meetings.numbers(request, "with")
    try:
        results = together.confirm_meeting_late(
            handover, chosen=chosen, actor=reader, slip=said["slip"], seconds=said["seconds"], pin=said["pin"],
            qr_payload=said["code"], now=timezone.now(),
        )  # fmt: skip
    except NotFound:
        return JsonResponse({"says": "", "page": page}, status=404)
    except SharingError as refusal:
        return JsonResponse({"says": refusal.message, "page": page}, status=422)
    meetings.tell(request, results)
    return JsonResponse({"says": _("Both of you have confirmed the handover."), "page": page})
