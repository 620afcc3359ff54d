"""What a writer is asked about before it is sent, and a reader is warned of: links, and what looks like a handover's code."""

import re

from django.utils.translation import gettext as _

LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|cn|net|org|io|top|xyz|cc|me|info|link|site|shop|vip)\b)",
    re.I | re.A,
)
CODE = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")


def found_in(text: str) -> set[str]:
    return {name for name, pattern in (("link", LINK), ("code", CODE)) if pattern.search(text)}


def question(text: str, *, asked: str) -> str:
    """Before it is sent; empty where nothing is in it, or the writer was `asked` about all of it and sends it all the same."""
    new = found_in(text) - set(asked.split())
    if "code" in new:
        return _(
            "This looks like a handover’s code. Whoever has the code can confirm without the book. Send it all the same?"
        )
    if "link" in new:
        return _("There is a link in it. Links lead readers away, and nobody can check them. Send it all the same?")
    return ""


def warning(text: str) -> str:
    """For who reads it."""
    if "link" not in found_in(text):
        return ""
    return _("This message names an address outside. Nobody here has looked where it leads.")
