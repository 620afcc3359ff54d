"""What a reader was told, newest first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sharing import notices, notifications
from sharing.views.readers import reader_of

PAGE_SIZE = 20


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
    notifications.mark_read(reader=reader_of(request), now=timezone.now())
    return redirect("notifications")
