"""What somebody had typed when it turned out that their session was over: it was not taken, and is shown to be copied.

It goes along as a message, which is shown once to the browser that sent it; nobody is known yet whose it could be kept for."""

from collections.abc import Iterable
from itertools import islice

from django.contrib import messages
from django.http import HttpRequest

TAG = "typed"
MOST_CHARACTERS = 4000
MOST_TEXTS = 8  # a form of ours has fewer; a stranger's fills no session
FIELDS = frozenset({
    "comment", "creators", "display_name", "lines", "message", "my_name", "name", "note", "numbers", "other_place", "person",
    "publisher", "reason", "subtitle", "tags", "text", "title", "where", "words",
})  # fmt: skip
"""Where readers write words of their own. No code, PIN or token is shown again."""


def words_of(request: HttpRequest) -> list[str]:
    """Of a POST; a form's prefix stands before a hyphen."""
    names = [name for name in request.POST if name.rpartition("-")[2] in FIELDS]
    texts = [text.strip()[:MOST_CHARACTERS] for name in names for text in request.POST.getlist(name)]
    return [text for text in texts if text]


def take_along(request: HttpRequest, texts: Iterable[str]) -> None:
    """To the next page that this browser is shown."""
    for text in islice(texts, MOST_TEXTS):
        messages.info(request, text[:MOST_CHARACTERS], extra_tags=TAG)
