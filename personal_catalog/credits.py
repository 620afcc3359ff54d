"""Who did what for a book. A credit is kept as one line, `edt: Jane Doe`, the code of MARC's relator list before the name.

`creators` and `translators` of a title name those on its spine; `contributors` tell the roles of the others, and of a creator who
is not its author.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from library_bridge.marc import relators
from personal_catalog.languages import join_names

AUTHOR, TRANSLATOR = "aut", "trl"
LABELS: dict[str, str | Promise] = {
    "aut": pgettext_lazy("role", "Author"),
    "cre": pgettext_lazy("role", "Author"),
    "trl": pgettext_lazy("role", "Translator"),
    "edt": pgettext_lazy("role", "Editor"),
    "com": pgettext_lazy("role", "Compiler"),
    "ill": pgettext_lazy("role", "Illustrator"),
    "pht": pgettext_lazy("role", "Photographer"),
    "art": pgettext_lazy("role", "Artist"),
    "aui": pgettext_lazy("role", "Introduction"),
    "aft": pgettext_lazy("role", "Afterword"),
    "ann": pgettext_lazy("role", "Notes"),
    "cmm": pgettext_lazy("role", "Commentary"),
    "adp": pgettext_lazy("role", "Adaptation"),
    "ctb": pgettext_lazy("role", "Contributor"),
    "nrt": pgettext_lazy("role", "Told by"),
    "cmp": pgettext_lazy("role", "Composer"),
    "lyr": pgettext_lazy("role", "Words"),
    "pfr": pgettext_lazy("role", "Revision"),
    "dgs": pgettext_lazy("role", "Supervisor"),
}


@dataclass(frozen=True, slots=True)
class Credit:
    role: str
    name: str

    def __str__(self) -> str:
        return f"{self.role}: {self.name}"


def parsed(line: str) -> Credit | None:
    """`editor: Jane Doe`, `主编：张三`; None without a known role or a name."""
    role, colon, name = line.replace("：", ":", 1).partition(":")
    code, name = relators.code_of(role), name.strip()
    return Credit(code, name) if colon and code and name else None


def tidy(line: str) -> str:
    credit = parsed(line)
    return str(credit) if credit else ""


def role_of(creator: str, contributors: Iterable[str]) -> str:
    """What a creator did: author, unless a contributor's line says otherwise."""
    said = (credit.role for line in contributors if (credit := parsed(line)) and credit.name == creator)
    return next(said, AUTHOR)


def of(creators: Iterable[str], translators: Iterable[str], contributors: Iterable[str]) -> list[Credit]:
    """Everybody once for each role, as a title page has them."""
    kept, others = list(creators), [credit for line in contributors if (credit := parsed(line))]
    made = [Credit(role_of(name, map(str, others)), name) for name in kept]
    made += [Credit(TRANSLATOR, name) for name in translators]
    return list(dict.fromkeys([*made, *others]))


def by_role(contributors: Iterable[str]) -> list[tuple[str, str]]:
    """(label, names) of each role."""
    names: dict[str, list[str]] = {}
    for credit in filter(None, map(parsed, contributors)):
        names.setdefault(str(LABELS[credit.role]), []).append(credit.name)
    return [(label, join_names(dict.fromkeys(found))) for label, found in names.items()]
