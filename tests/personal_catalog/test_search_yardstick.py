"""The search measured on real records and questions, which are read where they lie and never copied."""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from personal_catalog import isbn, titles
from personal_catalog.facts import BookFacts, typed
from personal_catalog.models import Title, TitleIsbn
from personal_catalog.people import split_names
from personal_catalog.search.index import reindex_all
from personal_catalog.search.query import search_titles

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (DATA / "search_queries.csv").exists(), reason="the shared data set is not here"),
]
WANTED = 0.95
EVERY = 15  # of the rows that no question is about, to stand in the way of the others


def test_real_questions_are_answered_among_the_first_ten(now: datetime) -> None:
    with (DATA / "search_queries.csv").open(encoding="utf-8", newline="") as file:
        questions = list(csv.DictReader(file))
    _load({number for row in questions for number in row["expected_isbns"].split("|")}, now)
    numbers = dict(TitleIsbn.objects.values_list("isbn13", "title_id"))
    missed = [row["query"] for row in questions if not _found(row, numbers)]
    assert len(missed) <= (1 - WANTED) * len(questions), missed


def _found(row: dict[str, str], numbers: dict[str, int]) -> bool:
    wanted = {numbers[number] for number in row["expected_isbns"].split("|") if number in numbers}
    return bool(wanted & set(search_titles(row["query"]).ids[:10]))


def _load(wanted: set[str], now: datetime) -> None:
    every = enumerate([*_chinese(), *_english()])
    rows = [facts for place, facts in every if place % EVERY == 0 or wanted & set(facts.isbns)]
    made = [titles.prepare(facts, source="list", now=now) for facts in rows]
    Title.objects.bulk_create(made, batch_size=500)
    first = {facts.isbns[0]: title for facts, title in zip(rows, made, strict=True) if facts.isbns}
    TitleIsbn.objects.bulk_create((TitleIsbn(title=t, isbn13=i) for i, t in first.items()), batch_size=500)
    reindex_all()


def _chinese() -> Iterator[BookFacts]:
    for row in _rows("books_zh.csv.gz"):
        names = {name: split_names(row[name]) for name in ("creators", "translators")}
        yield typed({**row, **names, "isbns": [row["isbn13"]], "subjects": row["tags"].split("|")})


def _english() -> Iterator[BookFacts]:
    for row in _rows("books.csv.gz"):
        try:
            numbers = [isbn.mend(row["isbn"]).isbn13]
        except isbn.NotAnIsbn:
            numbers = []
        yield typed({**row, "creators": row["authors"].split(", "), "isbns": numbers})


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
