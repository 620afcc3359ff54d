"""What does not fit in a request, field by field, in sentences."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from ninja.errors import ValidationError

WHOLE = "body"  # the field that stands for all of what was sent
Sentence = Callable[[Mapping[str, Any]], str]

SENTENCES: dict[str, Sentence] = {
    "missing": lambda given: _("This is needed."),
    "string_too_short": lambda given: _("This is needed."),
    "string_type": lambda given: _("This has to be text."),
    "string_too_long": lambda given: _("At most %(max_length)s characters, please.") % given,
    "too_long": lambda given: _("At most %(max_length)s entries, please.") % given,
    "too_short": lambda given: _("At least %(min_length)s entries, please.") % given,
    "list_type": lambda given: _("This has to be a list."),
    "literal_error": lambda given: _("This has to be one of: %(expected)s.") % {"expected": _choices(given)},
    "enum": lambda given: _("This has to be one of: %(expected)s.") % {"expected": _choices(given)},
    "less_than_equal": lambda given: _("At most %(le)s, please.") % given,
    "greater_than_equal": lambda given: _("At least %(ge)s, please.") % given,
    "timezone_aware": lambda given: _("A time needs its offset, as in 2026-11-24T18:30:00+08:00."),
}
KINDS: tuple[tuple[str, Sentence], ...] = (
    ("int", lambda given: _("This has to be a whole number.")),
    ("datetime", lambda given: _("This has to be a time such as 2026-11-24T18:30:00+08:00.")),
    ("date", lambda given: _("This has to be a date such as 2026-11-24.")),
    ("bool", lambda given: _("This has to be true or false.")),
)


def errors(error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in error.errors:
        found.setdefault(_field(one["loc"]), []).append(_sentence(one))
    return found


def _field(loc: tuple[str | int, ...]) -> str:
    """`title.creators.0`; without the part of the request and the name of our own argument."""
    source, *path = loc
    ours = source == "body" or (source in ("form", "query") and len(path) > 1)
    return ".".join(str(part) for part in (path[1:] if ours else path)) or WHOLE


def _choices(given: Mapping[str, Any]) -> str:
    """Pydantic gives them as an English list in quotes."""
    return pgettext("between choices", ", ").join(re.findall("'([^']*)'", given["expected"]))


def _sentence(one: Mapping[str, Any]) -> str:
    kind, given = str(one["type"]), one.get("ctx", {})
    if kind == "value_error":
        return str(given.get("error", one["msg"]))
    if kind in SENTENCES:
        return SENTENCES[kind](given)
    return next((says(given) for start, says in KINDS if kind.startswith(start)), _("This does not fit here."))
