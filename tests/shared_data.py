"""Real records and questions, which are read where they lie beside the repository and never copied."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from personal_catalog import isbn
from personal_catalog.facts import BookFacts, typed
from personal_catalog.people import split_names

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def found() -> bool:
    return (DATA / "search_queries.csv").exists()


@dataclass(frozen=True)
class Question:
    text: str
    kind: str
    expected: tuple[str, ...]
    """ISBN-13s, each of which answers it."""


def questions() -> list[Question]:
    with (DATA / "search_queries.csv").open(encoding="utf-8", newline="") as file:
        return [
            Question(row["query"], row["kind"], tuple(row["expected_isbns"].split("|"))) for row in csv.DictReader(file)
        ]


def books() -> list[BookFacts]:
    return [*_chinese(), *_english()]


def _chinese() -> Iterator[BookFacts]:
    for row in _rows("books_zh.csv.gz"):
        names = {name: split_names(row[name]) for name in ("creators", "translators")}
        yield typed({**row, **names, "isbns": [row["isbn13"]], "subjects": row["tags"].split("|"), "language": "chi"})


def _english() -> Iterator[BookFacts]:
    for row in _rows("books.csv.gz"):
        try:
            numbers = [isbn.mend(row["isbn"]).isbn13]
        except isbn.NotAnIsbn:
            numbers = []
        year = row["original_publication_year"].removesuffix(".0")
        said = {"creators": row["authors"].split(", "), "isbns": numbers, "year": year, "language": "eng"}
        yield typed({**row, **said})


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
