"""What can be taken along from the shelf: its labels and its file. The shelf itself knows lendings and stands in sharing."""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from personal_catalog import exports
from personal_catalog.models import Copy

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_LABELS = 200
LABELS_ON_A_SHEET = 12  # two columns of six on A4


@login_required
@require_safe
def labels(request: HttpRequest) -> HttpResponse:
    """All of one's copies, or those that `?copy=` names; a page of them is a sheet of paper."""
    chosen = [int(pk) for pk in request.GET.getlist("copy")[:MOST_LABELS] if pk.isdecimal() and len(pk) < 19]
    mine = _mine(request).filter(pk__in=chosen) if chosen else _mine(request)
    page = Paginator(mine.order_by("-created_at", "-pk"), LABELS_ON_A_SHEET).get_page(request.GET.get("page"))
    copies = [(copy, f"{settings.BASE_URL}/c/{copy.code}/") for copy in page]
    return render(request, "personal_catalog/copies/labels.html", {"nav": "shelf", "copies": copies, "page": page})


@login_required
@require_safe
def export_shelf(request: HttpRequest) -> StreamingHttpResponse:
    lines = exports.shelf_csv(cast("Reader", request.user))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="bookrelay-shelf-{timezone.localdate():%Y%m%d}.csv"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _mine(request: HttpRequest) -> QuerySet[Copy]:
    return Copy.objects.owned_by(request.user).select_related("title")
