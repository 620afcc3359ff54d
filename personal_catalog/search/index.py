"""Keeping the index: one row a live title, written in the transaction that writes the title."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from personal_catalog import authority, record_numbers
from personal_catalog.facts import BookFacts, typed
from personal_catalog.models import SearchTerm, Title
from personal_catalog.search.analyse import LONGEST_TOKEN, Tokens, of_record
from personal_catalog.search.engines import engine

BATCH = 500
FIELDS = (
    "title",
    "subtitle",
    "creators",
    "translators",
    "publisher",
    "edition",
    "series",
    "subjects",
    "original_title",
    "contributors",
    "numbers",
    "invalid_isbns",
    "clc",
    "ddc",
)


def reindex_title(title: Title) -> None:
    reindex([title])


def reindex(titles: Iterable[Title]) -> None:
    """Fetch the titles with `isbns` prefetched when there are many."""
    write((title.pk, _facts(title)) for title in titles if title.status not in Title.UNSEEN)


def write(live: Iterable[tuple[int, BookFacts]]) -> None:
    """Live titles of which all is known already, by their ids."""
    said = list(live)
    record_numbers.keep_numbers(said)
    known = authority.with_other_forms([facts for _, facts in said])
    rows = [(pk, of_record(facts)) for (pk, _), facts in zip(said, known, strict=True)]
    engine().write(rows)
    keep_words(tokens for _, tokens in rows)


def drop_titles(ids: Sequence[int]) -> None:
    engine().drop(ids)


def circulating() -> set[int]:
    """Titles that are marked as in circulation: a broad question looks at these first."""
    return engine().circulating()


def indexed(ids: Iterable[int]) -> set[int]:
    """Those of these titles that have a row, and so can be marked."""
    return engine().indexed(ids)


def mark(ids: Sequence[int], *, circulating: bool) -> None:
    engine().mark(ids, circulating=circulating)


def reindex_all() -> int:
    """Every live title anew, in batches; returns how many."""
    engine().begin_anew()
    done = last = 0
    while batch := _next_anew(last):
        done, last = done + len(batch), batch[-1].pk
    engine().end_anew()
    return done


@transaction.atomic
def _next_anew(after: int) -> list[Title]:
    """Locked, so that what is written is what they say now. Whether they circulate is marked without this lock, and stays as it
    is marked."""
    rows = Title.objects.live().filter(pk__gt=after).order_by("pk").select_for_update(of=("self",), no_key=True)
    batch = list(rows.prefetch_related("isbns")[:BATCH])
    reindex(batch)
    return batch


def missing_from_index() -> list[int]:
    return engine().missing()


def behind() -> str:
    """For staff: why the servers for search are not asked, and what to do; empty while nothing is wrong with what they have."""
    return engine().behind()


def _facts(title: Title) -> BookFacts:
    isbns = tuple(row.isbn13 for row in title.isbns.all())
    return typed({"isbns": isbns, **{name: getattr(title, name) for name in FIELDS}})


def keep_words(rows: Iterable[Tokens]) -> None:
    """Looks first, writes only what is new, in one order: so that two titles with the same words don't wait in a ring."""
    words = {word for tokens in rows for word in tokens.words if len(word) <= LONGEST_TOKEN}
    words -= set(SearchTerm.objects.filter(term__in=words).values_list("term", flat=True))
    SearchTerm.objects.bulk_create(
        (_term(word) for word in sorted(words)),
        ignore_conflicts=True,
    )


def _term(word: str) -> SearchTerm:
    return SearchTerm(term=word, mirror=word[::-1], head=word[:2], tail=word[-2:], length=len(word))
