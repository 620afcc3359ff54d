"""What a reader was told, newest first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from sharing import notices, notifications
from sharing.models import Notification
from sharing.views.readers import reader_of

PAGE_SIZE = 20
MOST = 100  # marked at once by a page


@require_safe
@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    page = Paginator(notices.for_list(reader), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"notice": notices.sentence(told, reader), "unread": told.read_at is None, "id": told.pk} for told in page]
    return render(request, "sharing/notifications/notifications.html", {"page": page, "rows": rows})


@require_POST
@login_required
def mark_read(request: HttpRequest) -> HttpResponse:
    """All of them; or those that an open page names because what they tell is in view there."""
    ids = [int(number) for number in request.POST.getlist("ids") if number.isdecimal() and len(number) < 19]
    notifications.mark_read(reader=reader_of(request), ids=ids if "ids" in request.POST else None, now=timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("notifications")
    return HttpResponse(status=204, headers={"HX-Trigger": "stale"})  # the page counts its badge anew


def unseen(reader: Reader, **about: int | str) -> list[int]:
    """Unread notifications about what a page shows, for sharing/notifications/seen.html; `about` are fields of their
    events: ask_id, request_id, kind."""
    rows = Notification.objects.filter(
        reader=reader, read_at=None, **{f"event__{key}": pk for key, pk in about.items()}
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
