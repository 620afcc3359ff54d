"""Finding a title again by the numbers of its record: kept beside it in one small table, looked up by all who add records."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models.functions import Coalesce

from personal_catalog.facts import BookFacts
from personal_catalog.models import Title, TitleNumber
from personal_catalog.numbers import keys
from personal_catalog.people import match_key


def keys_of(facts: BookFacts) -> list[str]:
    """A number that is withdrawn here may be another record's ISBN, and the other way round."""
    return [*keys(facts.numbers, facts.invalid_isbns), *(f"isbn:{isbn13}" for isbn13 in facts.isbns)]


def titles_numbered(wanted: Iterable[str]) -> dict[str, list[int]]:
    """By key, the ids of titles that carry it or took in one that did; oldest first. One query."""
    found: dict[str, list[int]] = defaultdict(list)
    if asked := set(wanted):
        rows = TitleNumber.objects.filter(key__in=asked).annotate(here=Coalesce("title__merged_into", "title"))
        for key, pk in rows.order_by("here").values_list("key", "here"):
            if pk not in found[key]:
                found[key].append(pk)
    return found


def known_among(said: Iterable[BookFacts]) -> set[str]:
    """Those of their keys that a title carries."""
    return set(titles_numbered(key for facts in said for key in keys_of(facts)))


def live_with(key: str) -> list[int]:
    ids = titles_numbered([key]).get(key, [])
    return list(Title.objects.live().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) if ids else []


def is_alike(title: Title, facts: BookFacts) -> bool:
    """Numbers are mistyped and handed on: the title has to begin alike, and the years must not differ."""
    ours, theirs = (match_key(name, ()).removesuffix("|") for name in (title.title, facts.title))
    years = {title.year, facts.year} - {None}
    return bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours)) and len(years) < 2


def keep_numbers(live: Sequence[tuple[int, BookFacts]]) -> None:
    """One query where no title has numbers or had any, however many titles."""
    wanted = {(pk, key) for pk, facts in live for key in keys(facts.numbers, facts.invalid_isbns)}
    rows = TitleNumber.objects.filter(title__in=[pk for pk, _facts in live])
    kept = {(title, key): pk for pk, title, key in rows.values_list("pk", "title_id", "key")}
    if gone := [pk for pair, pk in kept.items() if pair not in wanted]:
        TitleNumber.objects.filter(pk__in=gone).delete()
    if new := sorted(wanted - set(kept)):
        TitleNumber.objects.bulk_create([TitleNumber(title_id=title, key=key) for title, key in new])
