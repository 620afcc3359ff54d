"""The home page: the search, what waits for the reader, then shelves."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import agenda, areas, policies, reading_lists, shelves, suggestions
from sharing.models import CirculationPolicy

WAITING = 3
LISTS = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    reader, now = request.user if isinstance(request.user, Reader) else None, timezone.now()
    policy, near = policies.current(), shelves.near(reader=reader, now=now)
    context = {
        "nav": "find",
        "sought": shelves.sought(now=now),
        "passed_on": shelves.most_passed_on(),
        "near": near,
        "near_copies": _with_area(near.copies),
        "lists": reading_lists.shown(reader=reader, now=now)[:LISTS],
        "suggests": reader is not None and reader.suggestions_opt_in,
        "new_copies": _with_area(shelves.newly_listed(reader=reader, but=near.copies)),
        "loan_days": policy.loan_days,
        **(_waiting(reader, policy, now) if reader else {}),
    }
    return render(request, "sharing/home/home.html", context)


@require_safe
def because(request: HttpRequest) -> HttpResponse:
    """What goes with the reader's books, fetched once the home page stands; nothing where there is nothing to suggest."""
    reader = request.user if isinstance(request.user, Reader) else None
    found = suggestions.because(reader=reader)
    return render(request, "sharing/home/because.html", {"because": found}) if found else HttpResponse()


def _with_area(copies: list[Copy]) -> list[tuple[Copy, str]]:
    return [(copy, areas.name(copy.area)) for copy in copies]


def _waiting(reader: Reader, policy: CirculationPolicy, now: datetime) -> dict[str, Any]:
    rows = agenda.for_me(reader, policy=policy, now=now)
    return {"waiting": rows[:WAITING], "more": len(rows) > WAITING}
