"""A reader's calendar: the page about its address, and what a calendar program fetches there without a session."""

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sharing import calendar_entries, calendar_feeds, calendars
from sharing.views import answers
from sharing.views.readers import reader_of

FRESH = 900
"""Seconds; a calendar program asks again after them at the earliest."""


@require_safe
@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    address = calendar_feeds.address_of(reader_of(request))
    context = {"nav": "me", "address": address, "to_subscribe": f"webcal:{address.partition(':')[2]}"}
    return render(request, "sharing/calendar_feeds/calendar.html", context)


@require_POST
@login_required
def open_feed(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("calendar")
    return answers.after(
        request,
        lambda: calendar_feeds.open_feed(actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("This address is yours alone. Give it to your calendar program."),
    )


@require_POST
@login_required
def close_feed(request: HttpRequest) -> HttpResponse:
    reader, page = reader_of(request), reverse("calendar")
    return answers.after(
        request,
        lambda: calendar_feeds.close_feed(actor=reader),
        to=page,
        back=page,
        says=_("The address no longer counts."),
    )


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """In the reader's language, whoever asks: the address is the right to it, no session is looked at. It may stay in that
    program's own cache for minutes, in nobody else's."""
    reader = calendar_feeds.reader_behind(token)
    if reader is None:
        raise Http404
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        content = calendars.file_of(calendar_entries.of(reader, now=timezone.now()), name=_("Bookrelay"))
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    unchanged = request.headers.get("If-None-Match") == mark
    answer = HttpResponseNotModified() if unchanged else HttpResponse(content)
    answer["Content-Type"] = "text/calendar; charset=utf-8"
    answer["Content-Disposition"] = 'inline; filename="bookrelay.ics"'
    answer["Cache-Control"], answer["ETag"] = f"private, max-age={FRESH}", mark
    return answer
