"""How an answer leaves a command: one JSON object or readable lines, and the exit code of its kind."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from library_bridge.models import Library
from library_bridge.operations import Answer, Exit


class Writes(Protocol):
    def write(self, msg: str) -> object: ...


def give(out: Writes, answer: Answer, *, as_json: bool) -> None:
    """Raises SystemExit for whatever is not ok."""
    facts = answer.as_dict()
    out.write(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(lines_of(facts)))
    if answer.exit != Exit.OK:
        raise SystemExit(int(answer.exit))


def unknown_library(code: str) -> Answer:
    known = ", ".join(Library.objects.values_list("code", flat=True)) or "none"
    return Answer(Exit.MISUSED, "unknown_library", f"There is no library {code}; there are: {known}.")


def lines_of(facts: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """For a terminal, which what comes from elsewhere can't steer: control characters are replaced."""
    for name, value in facts.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:"
            yield from lines_of(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{indent}{name}:"
            for row in value:
                yield f"{indent}  - {'  '.join(f'{key}: {_text(told)}' for key, told in row.items() if _told(told))}"
        elif _told(value):
            yield f"{indent}{name}: {_text(value)}"


def _told(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value))
