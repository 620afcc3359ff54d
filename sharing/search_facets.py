"""The facets of a search with their counts and words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from personal_catalog.models import Copy, Title
from personal_catalog.search.engines import SearchTimedOut
from sharing import areas, classes, counting, facets, languages
from sharing.counting import Groups
from sharing.facets import Candidate, FacetValue
from sharing.filters import KINDS, TitleFilter

COUNTED_AGAIN = 60  # seconds
Counted = tuple[int, dict[str, list[FacetValue]]]
"""How many can be had now, and the facets."""


def counted(
    filters: TitleFilter, found: Sequence[Candidate], *, everything: QuerySet[Title] | None, more: bool = False
) -> Counted:
    """Of the titles found. Without words, where there are more than a list holds, of `everything`, once a minute; what takes
    too long to count is counted among the listed. With `more` others match that were not looked at: then what may be of use
    can be chosen, too, where none of those found has it."""
    if everything is None:
        available, facets_ = _counts(filters, counting.of_listed(found))
        return available, _with_uncounted(facets_, filters) if more else facets_
    reader = filters.reader.pk if filters.reader else None  # who is in a group sees more
    asked = [reader, get_language(), filters.wanted | {"sort": ""}]
    key = f"facets:{sha256(repr(asked).encode()).hexdigest()}"
    kept: Counted | None = cache.get(key)
    if kept is None:
        try:
            kept = _counts(filters, counting.of_all(everything, filters=filters))
        except SearchTimedOut:
            kept = _counts(filters, counting.of_listed(found))
        cache.set(key, kept, COUNTED_AGAIN)
    return kept


def _with_uncounted(counts: dict[str, list[FacetValue]], filters: TitleFilter) -> dict[str, list[FacetValue]]:
    """The values of closed lists, those counted first; only the chosen ones once some are."""
    closed = {
        "available": {"true": str(_("Free now"))},
        "kind": {value: str(name) for value, name in KINDS},
        "area": areas.names(),
        "mode": {str(value): str(name) for value, name in Copy.Mode.choices},
    }
    for name, labels in closed.items():
        if not filters.wanted.get(name):
            said = {one.value for one in counts[name]}
            counts[name] += [FacetValue(value, label, 0) for value, label in labels.items() if value not in said]
    return counts


def _counts(filters: TitleFilter, groups: Groups) -> Counted:
    free = replace(filters.wish, free=True)
    return sum(one.times for one in groups.held if one.holdings(free)), _facets(filters, groups)


def _facets(filters: TitleFilter, groups: Groups) -> dict[str, list[FacetValue]]:
    wish, wanted = filters.wish, filters.wanted
    inside = str(wanted.get("classification") or "").strip().upper()
    subject = str(wanted.get("subject") or "")
    count, found, held = facets.count, groups.records, groups.held
    return {
        "available": count(
            held, facets.available(wish), chosen=["true"] if wish.free else [], label=lambda _value: str(_("Free now"))
        ),
        "kind": facets.in_order(count(held, facets.kinds(wish), chosen=wish.kinds, label=_label(KINDS)), dict(KINDS)),
        "area": facets.in_order(count(held, facets.areas(wish), chosen=wish.areas, label=areas.name), areas.names()),
        "mode": count(held, facets.modes(wish), chosen=wish.modes, label=_label(Copy.Mode.choices)),
        "language": count(found, lambda one: [one.language], chosen=wanted.get("language") or [], label=languages.name),
        "classification": _classes(found, inside),
        "subject": count(groups.subjects, lambda one: one.subjects, chosen=[subject] if subject else [], label=str),
        "year": _years(found),
    }


def _classes(found: Sequence[Candidate], inside: str) -> list[FacetValue]:
    """The chosen class, and below it the next finer ones."""
    finer = facets.count(found, lambda one: [classes.stem(one.clc, within=inside)], chosen=[], label=classes.label)
    chosen = [FacetValue(inside, classes.label(inside), sum(one.times for one in found), chosen=True)] if inside else []
    return chosen + [value for value in finer if value.value != inside]


def _years(found: Sequence[Candidate]) -> list[FacetValue]:
    years = Counter[int]()
    for one in found:
        if one.year:
            years[one.year] += one.times
    return [FacetValue(str(year), str(year), years[year]) for year in sorted(years, reverse=True)]


def _label(choices: Sequence[tuple[str, object]]) -> facets.Label:
    names = {value: str(name) for value, name in choices}
    return lambda value: names.get(value, value)
