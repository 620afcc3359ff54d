"""How the book was at a handover: said in two taps, its photo shown to the two of them and to librarians."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sharing import conditions
from sharing.models import ConditionCheck, Handover, Lending
from sharing.views import answers
from sharing.views.readers import reader_of

SEE = "sharing.view_lending"


@require_POST
@login_required
def check_condition(request: HttpRequest, handover_id: int) -> HttpResponse:
    """`as_before` is the button for a book in which nothing has changed."""
    reader = reader_of(request)
    handover = get_object_or_404(Handover.objects.visible_to(reader).select_related("lending"), pk=handover_id)
    page, sent = handover.lending.get_absolute_url(), request.FILES.get("photo")
    worse = [] if "as_before" in request.POST else request.POST.getlist("worse")
    return answers.after(
        request,
        lambda: conditions.check_condition(
            handover_id=handover_id, actor=reader, worse=worse, photo=sent.read() if sent else None, now=timezone.now()
        ),
        to=page,
        back=f"{page}#condition",
        says=_("Noted. It stands on the page of this lending."),
    )


@require_safe
@login_required
def condition_photo(request: HttpRequest, token: str) -> HttpResponse:
    reader = reader_of(request)
    allowed = Q(pk__in=ConditionCheck.objects.visible_to(reader).values("pk"))
    if reader.has_perm(SEE):
        allowed |= Q(handover__lending__in=Lending.objects.visible_to_staff(reader).values("pk"))
    check = get_object_or_404(ConditionCheck.objects.filter(allowed).exclude(photo=""), token=token)
    try:
        content = check.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = cast("HttpResponse", FileResponse(content, content_type="image/webp", filename="condition.webp"))
    answer["Cache-Control"] = "private, no-cache"
    return answer
