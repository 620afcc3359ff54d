"""Reading the authority lists: a name in any of its forms becomes the authorised one, and a record is found by all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from personal_catalog.facts import MOST, BookFacts
from personal_catalog.models import Heading, HeadingName
from personal_catalog.people import plain_name
from personal_catalog.search.analyse import letters

CREATOR, SUBJECT = Heading.Kind.CREATOR, Heading.Kind.SUBJECT
FIELDS = {"creators": CREATOR, "translators": CREATOR, "subjects": SUBJECT}
Forms = dict[tuple[str, str], str]
"""The authorised form by kind and key of any form."""


def key_of(kind: str, name: str) -> str:
    """Without case, blanks and marks; traditional and simplified are one, and so are names with and without a nation."""
    return letters(plain_name(name) if kind == CREATOR else name)[:200]


def authorised(facts: BookFacts) -> BookFacts:
    return apply(facts, forms_of([facts]))


def forms_of(batch: Iterable[BookFacts]) -> Forms:
    """What the lists say of all names in these records: one query, however many."""
    keys = {key_of(kind, name) for facts in batch for field, kind in FIELDS.items() for name in getattr(facts, field)}
    rows = HeadingName.objects.filter(key__in=keys).values_list("kind", "key", "heading__name") if keys else []
    return {(kind, key): name for kind, key, name in rows}


def apply(facts: BookFacts, forms: Forms) -> BookFacts:
    if not forms:
        return facts
    found = {
        field: tuple(dict.fromkeys(forms.get((kind, key_of(kind, name)), name) for name in getattr(facts, field)))
        for field, kind in FIELDS.items()
    }
    return replace(facts, **found)  # type: ignore[arg-type]  # the three fields are tuples


def with_other_forms(batch: Sequence[BookFacts]) -> list[BookFacts]:
    """The records as the index reads them: each name beside its other forms. Two queries for a batch."""
    keys = {key_of(kind, name) for facts in batch for field, kind in FIELDS.items() for name in getattr(facts, field)}
    headings = HeadingName.objects.filter(key__in=keys).values_list("kind", "key", "heading") if keys else []
    known = {(kind, key): heading for kind, key, heading in headings}
    others: dict[int, list[str]] = defaultdict(list)
    for heading, name in HeadingName.objects.filter(heading__in=set(known.values())).values_list("heading", "name"):
        others[heading].append(name)
    return [_beside(facts, known, others) for facts in batch] if known else list(batch)


def _beside(facts: BookFacts, known: dict[tuple[str, str], int], others: dict[int, list[str]]) -> BookFacts:
    found: dict[str, tuple[str, ...]] = {}
    for field, kind in FIELDS.items():
        names = getattr(facts, field)
        more = [form for name in names for form in others.get(known.get((kind, key_of(kind, name)), 0), ())]
        found[field] = tuple(dict.fromkeys((*names, *more)))[: MOST[field] * 3]
    return replace(facts, **found)  # type: ignore[arg-type]  # the three fields are tuples
