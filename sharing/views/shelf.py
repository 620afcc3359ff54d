"""My shelf, in three drawers: my own books, those on my library card, and those other readers lent me."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from library_bridge.models import Reader
from personal_catalog import tags
from sharing import agenda, library_loans, own_shelf, policies
from sharing.views import exports
from sharing.views.readers import reader_of

ON_A_PAGE = 60
ORDERS = {"title": ("title__title", "pk"), "": ("-created_at", "-pk")}


@require_safe
@login_required
def shelf(request: HttpRequest) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    order = "title" if request.GET.get("sort") == "title" else ""
    mine = list(tags.tags_of(reader))
    tag = next((one for one in mine if str(one.pk) == request.GET.get("tag")), None)
    here = own_shelf.at_home(reader, tag=tag).order_by(*ORDERS[order])
    page = Paginator(here, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "away": own_shelf.away(reader, now=now), "page": page, "sort": order, "tags": mine, "tag": tag,
        "boards": [own_shelf.standing(copy) for copy in page],
    }  # fmt: skip
    return render(request, "sharing/shelf/shelf.html", {**_frame(reader, "shelf"), **context})


@require_safe
@login_required
def library(request: HttpRequest) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    age = library_loans.age(reader)
    loans = agenda.on_cards(reader, policy=policies.current(), now=now)
    context = {"loans": loans, "as_of": age.as_of, "stale": age.is_stale(now=now)}
    return render(request, "sharing/shelf/library.html", {**_frame(reader, "shelf-library"), **context})


@require_safe
@login_required
def borrowed(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    page = Paginator(own_shelf.borrowed(reader), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "sharing/shelf/borrowed.html", {**_frame(reader, "shelf-borrowed"), "page": page})


def _frame(reader: Reader, drawer: str) -> dict[str, Any]:
    return {
        "nav": "shelf", "drawer": drawer, "counts": own_shelf.counts(reader), "take_along": _files(),
    }  # fmt: skip


def _files() -> list[tuple[str, str]]:
    """Its books with what their owner noted, then the bare records."""
    records = exports.menu("export-records")
    return [
        (_("My books (CSV)"), reverse("export-shelf")),
        *((_("Records: %(form)s") % {"form": label}, url) for label, url in records),
    ]
