"""What waits for the reader, what to return, whom one waits for, where one's books are; and one's library loans."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import LibraryLoan, Reader
from sharing import agenda, dates, library_loans, policies
from sharing.errors import SharingError
from sharing.phrases import fill
from sharing.views import answers
from sharing.views.readers import reader_of

PAGE = "sharing/todo/todo.html"


@require_safe
@login_required
def todo(request: HttpRequest) -> HttpResponse:
    return render(request, PAGE, _context(reader_of(request)))


@require_POST
@login_required
def refresh_loans(request: HttpRequest) -> HttpResponse:
    """Ask the library now. The page calls this by itself when its list is old; the list stands when nobody answers."""
    reader, problem = reader_of(request), ""
    by_itself = bool(request.htmx)  # type: ignore[attr-defined]
    try:
        (library_loans.glance if by_itself else library_loans.refresh)(reader=reader, now=timezone.now())
    except SharingError as refusal:
        problem = refusal.message
    if by_itself:
        return render(request, f"{PAGE}#loans", {**_context(reader), "problem": problem, "stale": False})
    if problem:
        messages.error(request, problem)
    return redirect(reverse("todo") + "#loans")


@require_POST
@login_required
def renew_loan(request: HttpRequest, loan_id: int) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    page, seen = reverse("todo"), _moment(request.POST.get("due", ""))
    return answers.after(
        request,
        lambda: library_loans.renew(loan_id=loan_id, actor=reader, seen=seen, now=now),
        to=page,
        back=page,
        says=lambda loan: _renewed(loan, now),
    )


def _renewed(loan: LibraryLoan, now: datetime) -> str:
    until = dates.long_date(loan.due_at, today=dates.day_of(now))
    return fill(_("Renewed at the library: due on %(date)s now."), {"date": until})


def _moment(text: str) -> datetime | None:
    """The due date on the page from which the button was pressed; None for a text that is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _context(reader: Reader) -> dict[str, Any]:
    now = timezone.now()
    policy = policies.current()
    found, age = agenda.of(reader, policy=policy, now=now), library_loans.age(reader)
    return {
        "agenda": found, "todo_count": found.count, "policy": policy, "as_of": age.as_of,
        "stale": age.is_stale(now=now), "nav": "todo", "today": dates.day_of(now),
    }  # fmt: skip
