"""The settings of an adapter as data: one table for the command line, Wagtail's form, the documentation and the adapter.

A value `env:NAME` stands for what the environment holds under that name when it is read, so that no secret has to lie in the
database.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | int | float | bool
Values = dict[str, Value]

ENVIRONMENT = "env:"
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off", ""})
USUAL_TIME_OUT = 10.0  # seconds, where no setting and no adapter says another
MOST_TIME_OUT = 60.0  # seconds: how long a crash keeps a transfer waiting follows from it


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    SECONDS = "seconds"
    TIME_OUT = "time-out"
    YES_OR_NO = "yes or no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """`default` None: must be given. `help` is one English sentence for operators."""

    name: str
    kind: Kind = Kind.TEXT
    default: Value | None = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    help: str = ""


COMMON = (
    Option("forgot_pin_url", help="Address of the library's own page where readers set a new PIN."),
    Option(
        "catalogue_url",
        help="Address of a search in the library's own catalogue, {words} where the words go: https://opac.example/search?q={words}.",
    ),
)
"""Of every library: read by ourselves, by no adapter."""


class Misconfigured(ValueError):
    """A setting that can't be used: which one, and why, in words for the operator. Never holds a value."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


def read(options: Sequence[Option], given: Mapping[str, object]) -> Values:
    """Every option with its value. Raises Misconfigured, also for a name that is no option."""
    known = {option.name for option in (*options, *COMMON)}
    for name in given:
        if name not in known:
            raise Misconfigured(name, f"no such setting; there are {', '.join(sorted(known))}")
    return {option.name: _value(option, given.get(option.name)) for option in options}


def _value(option: Option, given: object) -> Value:
    if isinstance(given, str) and given.startswith(ENVIRONMENT):
        given = _from_environment(option.name, given.removeprefix(ENVIRONMENT))
    if given is None or (given == "" and option.kind != Kind.TEXT):
        if option.default is None:
            raise Misconfigured(option.name, "must be set")
        return option.default
    return _typed(option, given)


def _from_environment(name: str, variable: str) -> str:
    if (found := os.environ.get(variable)) is None:
        raise Misconfigured(name, f"the environment has no {variable}")
    return found


def _typed(option: Option, given: object) -> Value:
    text = str(given).strip()
    match option.kind:
        case Kind.INTEGER:
            return _integer(option.name, text)
        case Kind.SECONDS:
            return _seconds(option.name, text)
        case Kind.TIME_OUT:
            return _time_out(option.name, text)
        case Kind.YES_OR_NO:
            return _yes_or_no(option.name, text.lower())
        case Kind.CHOICE if text not in option.choices:
            raise Misconfigured(option.name, f"must be one of {', '.join(option.choices)}")
    if option.default is None and not text:
        raise Misconfigured(option.name, "must be set")
    return text


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Misconfigured(name, "must be a whole number") from None


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise Misconfigured(name, "must be a number of seconds above 0")
    return seconds


def _time_out(name: str, text: str) -> float:
    if (seconds := _seconds(name, text)) > MOST_TIME_OUT:
        raise Misconfigured(name, f"must be at most {MOST_TIME_OUT:.0f} seconds")
    return seconds


def _yes_or_no(name: str, text: str) -> bool:
    if text not in YES | NO:
        raise Misconfigured(name, "must be yes or no")
    return text in YES
