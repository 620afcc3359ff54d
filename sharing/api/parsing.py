"""Reading what clients send: JSON and query strings without anything that no field can hold (T-A10, T-R19)."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from sharing.api.fields import WHOLE
from sharing.api.problems import Invalid

DEEPEST = 20
MOST_VALUES = 500


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(request.body, parse_constant=_refuse_constant)
        for number, (path, value, depth) in enumerate(_walk(data, "", 1)):
            if depth > DEEPEST or number > MOST_VALUES:
                raise Invalid({WHOLE: [_("This is nested too deeply, or has too many values.")]})
            _require_text(path, value)
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name in data:
            for value in data.getlist(name):
                _require_text(name, value)
        return dict(super().parse_querydict(data, list_fields, request))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any, int]]:
    """Every value with its path. As deep as Python reads JSON; whoever listens stops at DEEPEST."""
    yield path, value, depth
    parts: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        parts = iter(value.items())
    elif isinstance(value, list):
        parts = iter(enumerate(value))
    for name, part in parts:
        _require_text(path, name)
        yield from _walk(part, f"{path}.{name}" if path else str(name), depth + 1)


def _require_text(path: str, value: object) -> None:
    """No NUL, which no database takes, and no half of a character."""
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise Invalid({path or WHOLE: [_("This holds characters that no text has.")]})
