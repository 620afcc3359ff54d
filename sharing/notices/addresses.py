"""Where a notice leads: to the lending, the ask or the request, or where its kind says."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse

from sharing.models import DomainEvent
from sharing.notices.view import View


def url(view: View) -> str:
    event = view.event
    if view.lending is not None:
        return view.lending.get_absolute_url()
    if view.is_holder and event.ask is not None:
        return reverse("ask", args=[event.ask.pk])
    place = PLACES.get(event.kind) or PLACES.get(event.kind.partition(".")[0])
    if place is not None and not view.is_forgotten:
        return place(event)
    return reverse("request", args=[event.request_id]) if event.request_id else reverse("shelf")


def _found_url(event: DomainEvent) -> str:
    """The book itself, or the search where there are several."""
    if event.data["count"] == 1:
        return reverse("title", args=[event.data["title_id"]])
    return f"{reverse('search')}?{urlencode({'q': event.data['asked'], 'sort': 'newest'})}"


PLACES: dict[str, Callable[[DomainEvent], str]] = {
    "message.sent": lambda event: reverse("conversation", args=[event.data["conversation"]]),
    "search.matched": _found_url,
    "search": lambda event: reverse("wishes"),
    "purchase": lambda event: reverse("wishes"),
    "purchase.reminded": lambda event: reverse("purchases:index") + "?status=open",
    "outside": lambda event: reverse("outside-loans"),
    "copy.found": lambda event: reverse("found-copy", args=[event.data["code"]]),
    "group.put_in": lambda event: reverse("group", args=[event.data["group"]]),
    "group.handed_on": lambda event: reverse("group", args=[event.data["group"]]),
    "standing": lambda event: reverse("standing"),
    "group": lambda event: reverse("groups"),
    "shelf": lambda event: reverse("follows"),
    "note": lambda event: reverse("title-notes", args=[event.data["title_id"]]),
    "holding": lambda event: reverse("title", args=[event.data["title_id"]]),
    "flag.reminded": lambda event: reverse("title_notes:index" if event.data["only_notes"] else "flags:index"),
    "flag": lambda event: f"{reverse('my-data')}#flags",
    "moderation": lambda event: reverse("rules"),
}
"""Where a notice leads that is about no lending and no ask: by its kind, else by its noun."""
