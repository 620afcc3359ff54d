from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from incentives import badges, charts, entries, leaderboards, ledger, reasons, standing, switches
from incentives.views.switch import for_readers
from sharing.views.readers import reader_of

BADGES = 3
ENTRIES_A_PAGE = 30


@for_readers
def points(request: HttpRequest) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    period = leaderboards.period_of(request.GET.get("period", ""))
    context = {
        "nav": "me",
        "balance": ledger.balance(reader, now=now),
        "year": charts.year_of(reader, now=now),
        "entries": reasons.lines(entries.latest(reader), now=now),
        "standing": standing.level(reader, now=now),
        "board": leaderboards.board(leaderboards.Boards.LENDERS, period, reader),
        "periods": leaderboards.Periods.choices,
        "badges": badges.nearest(reader, most=BADGES),
    }
    return render(request, "incentives/points/points.html", context)


@for_readers
def all_entries(request: HttpRequest) -> HttpResponse:
    page = Paginator(entries.of(reader_of(request)), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "me", "page": page, "entries": reasons.lines(page.object_list, now=timezone.now())}
    return render(request, "incentives/points/entries.html", context)


@login_required
def points_chip(request: HttpRequest) -> HttpResponse:
    """The header's chip: fetched on every page, so it is few small queries; empty while points are switched off."""
    reader = reader_of(request)
    if not switches.of(reader).both:
        return HttpResponse("")
    balance = ledger.balance(reader, now=timezone.now())
    return render(request, "incentives/points/chip.html", {"balance": balance})
