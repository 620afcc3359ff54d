"""What a writer is given of a title."""

from dataclasses import dataclass
from datetime import datetime

from personal_catalog import credits
from personal_catalog.credits import Credit
from personal_catalog.facts import BookFacts
from personal_catalog.languages import has_han

PARTICLES = frozenset(
    {"van", "von", "der", "den", "de", "del", "della", "da", "di", "du", "la", "le", "ten", "ter", "zu", "dos", "al"}
)


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    facts: BookFacts
    url: str
    changed_at: datetime

    @property
    def full_title(self) -> str:
        """As the title page has it, with the colon of its script."""
        facts = self.facts
        colon = "：" if has_han(facts.title) else ": "
        return f"{facts.title}{colon}{facts.subtitle}" if facts.subtitle else facts.title

    @property
    def credits(self) -> list[Credit]:
        return credits.of(self.facts.creators, self.facts.translators, self.facts.contributors)

    def names(self, *roles: str) -> list[str]:
        return list(dict.fromkeys(credit.name for credit in self.credits if credit.role in roles))


def parted(name: str) -> tuple[str, str, str] | None:
    """(family, particle, given) of a Latin name in its usual order; None for a Chinese one, a body, a single word."""
    words = name.split()
    if has_han(name) or len(words) < 2 or not words[-1][:1].isupper() or "," in name or is_body(name):
        return None
    first = next(
        (at for at, word in enumerate(words) if at and word.lower() in PARTICLES and word.islower()), len(words) - 1
    )
    last = next(at for at in range(first, len(words)) if not (words[at].islower() and words[at].lower() in PARTICLES))
    return " ".join(words[last:]), " ".join(words[first:last]), " ".join(words[:first])


BODY_WORDS = (
    "University", "Institute", "Committee", "Department", "Association", "Society", "Commission", "Council", "Ministry", "Library",
    "Museum", "Academy", "Company", "Corporation", "Conference", "Inc.", "Ltd", "Press", "Bureau", "Agency", "Center", "Centre",
)  # fmt: skip
HAN_BODIES = (
    "大学", "学院", "学会", "协会", "研究所", "研究院", "研究会", "委员会", "编委会", "编写组", "教研室", "教研组", "编辑部", "公司",
    "出版社", "图书馆", "博物馆", "中心", "诗社", "办公室", "实验室", "小组", "课题组",
)  # fmt: skip


def is_body(name: str) -> bool:
    """A university, a committee: as far as its words tell."""
    return name.endswith(HAN_BODIES) or any(word in BODY_WORDS for word in name.replace(",", "").split())
