"""Facts as readable lines for a terminal. What comes from elsewhere can't steer it: control characters are replaced."""

from collections.abc import Iterator, Mapping
from typing import Any


def of(facts: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from of(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{indent}{name}:"
            for row in value:
                yield f"{indent}  - {'  '.join(f'{key}: {_text(told)}' for key, told in row.items() if _told(told))}"
        elif _told(value):
            yield f"{indent}{name}: {_text(value)}"


def _told(value: Any) -> bool:
    return value is not None and value != "" and value != []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value))
