"""What only the staff's templates need."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from personal_catalog.covers import cover_svg
from personal_catalog.staff import words
from sharing import languages

register = template.Library()
register.filter("on_one_line", words.on_one_line)

# seed of the cover, title, creator; without an ISBN the title is the seed, as in the catalogue
BOARD = (
    ("9787300113906", "拖延心理学", "简·博克"),
    ("运筹学", "运筹学", ""),
    ("精通MATLAB", "精通MATLAB", ""),
    ("互联网+战略版", "互联网+战略版", ""),
)


@register.simple_tag
def board() -> SafeString:
    """Cloth covers at the door; drawn, so nothing is asked of the database before somebody has signed in."""
    return mark_safe("".join(f'<span class="cover">{cover_svg(*book)}</span>' for book in BOARD))


@register.filter
def said_of(value: str, name: str) -> str:
    """What a record says in a field of this name: codes of languages as the languages they stand for."""
    if name not in ("language", "languages"):
        return value
    return "; ".join(languages.name(code) for code in value.split("; "))


@register.filter
def plainly(value: Any) -> Any:
    """A field of a row as one reads it: times in the library's zone, lists without brackets, yes and no."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, list | tuple):
        return "; ".join(str(plainly(part)) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plainly(part)}" for name, part in value.items())
    return value
