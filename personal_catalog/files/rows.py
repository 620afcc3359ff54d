"""What a file says of one book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from personal_catalog.facts import BookFacts
from personal_catalog.files import problems


class Trait(StrEnum):
    """Why a reader may not want to list the book: it is only wished for, not owned, or not on paper."""

    WISHED = "wished"
    NOT_OWNED = "not_owned"
    DIGITAL = "digital"


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is one of `problems.SENTENCES`; `details` fill its sentence."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return problems.sentence(self.code, self.details)


@dataclass(frozen=True, slots=True)
class Row:
    """`place` is where a spreadsheet program or an editor of MARC finds it: row 12, of a sheet where there are several.
    `facts` is None where the row has no title; `by_title` is False where the title alone does not tell which book it is.
    `said` is the number as it stood there. `note` and `remark` (about having read it) are the person's own, for nobody else's
    eyes unless they say so. `douban` is the number there."""

    place: str
    facts: BookFacts | None = None
    isbn13: str = ""
    said: str = ""
    douban: str = ""
    by_title: bool = True
    note: str = ""
    remark: str = ""
    traits: frozenset[Trait] = frozenset()
    problem: Problem | None = None
