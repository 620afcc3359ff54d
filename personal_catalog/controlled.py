"""Subject headings from a list that somebody keeps: `lcsh: Data structures--Textbooks`, `cct.place: 北京`. Before the colon stand the
code of the list (MARC Subject Heading and Term Source Codes) and, where it is no topic, what the heading names. Pure.
"""

import re
from dataclasses import dataclass

KINDS = ("person", "body", "place", "form")
SOURCE = re.compile(r"[a-z][a-z0-9/\-]{0,19}")
PARTS = "--"


@dataclass(frozen=True, slots=True)
class Heading:
    source: str
    kind: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source}{'.' if self.kind else ''}{self.kind}: {self.text}"

    @property
    def text(self) -> str:
        return PARTS.join(self.parts)


def parsed(line: str) -> Heading | None:
    before, colon, text = line.replace("：", ":", 1).partition(":")
    source, _point, kind = before.strip().lower().partition(".")
    parts = tuple(part for piece in text.split(PARTS) if (part := piece.strip()))
    if not colon or not parts or not SOURCE.fullmatch(source) or kind not in ("", *KINDS):
        return None
    return Heading(source, kind, parts)


def tidy(line: str) -> str:
    heading = parsed(line)
    return str(heading) if heading else ""
