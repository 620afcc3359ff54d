"""Links into the apps above, by name: empty where such a page does not exist."""

from django.urls import NoReverseMatch, reverse

from personal_catalog.models import Copy


def optional(name: str, *args: int | str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def undo(copy: Copy) -> str:
    """Message tags that put an Undo button into the toast: withdrawing takes the listing back."""
    url = optional("copy-withdraw", copy.pk)
    return f"undo:{url}" if url else ""
