"""What an engine is asked: a small tree of tokens that each engine writes in its own language. Pure."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Term:
    token: str
    field: Literal["text", "sound"] = "text"
    prefix: bool = False


@dataclass(frozen=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    parts: tuple["Node", ...]


Node = Term | All | Any
