"""Honours pages that librarians have published, for readers who look for them."""

from dataclasses import dataclass

from django.http import HttpRequest
from wagtail.models import Locale

from incentives.models import HonoursPage

MOST = 12


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    url: str


def pages(request: HttpRequest) -> list[Link]:
    """In the language of the page, the latest first."""
    live = HonoursPage.objects.live().public().filter(locale=Locale.get_active())
    found = ((page.title, page.get_url(request)) for page in live.order_by("-first_published_at", "-pk")[:MOST])
    return [Link(name, url) for name, url in found if url]
