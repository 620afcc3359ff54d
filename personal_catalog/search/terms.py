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


def in_text(node: Node) -> Node | None:
    """What of a question can be answered without sounds; None: nothing."""
    if isinstance(node, Term):
        return node if node.field == "text" else None
    parts = [in_text(part) for part in node.parts]
    kept = tuple(part for part in parts if part is not None)
    if isinstance(node, All):
        return All(kept) if len(kept) == len(parts) else None
    return Any(kept) if kept else None
