"""The search measured on real records and questions, which are read where they lie and never copied."""

from datetime import datetime

import pytest

from personal_catalog import titles
from personal_catalog.models import Title, TitleIsbn
from personal_catalog.search.index import reindex_all
from personal_catalog.search.query import search_titles
from tests import shared_data
from tests.shared_data import Question

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not shared_data.found(), reason="the shared data set is not here"),
]
WANTED = 0.97
EVERY = 15  # of the rows that no question is about, to stand in the way of the others; `make bench` loads them all


def test_real_questions_are_answered_among_the_first_ten(now: datetime) -> None:
    questions = shared_data.questions()
    _load({number for question in questions for number in question.expected}, now)
    numbers = dict(TitleIsbn.objects.values_list("isbn13", "title_id"))
    missed = [question.text for question in questions if not _found(question, numbers)]
    assert len(missed) <= (1 - WANTED) * len(questions), missed


def _found(question: Question, numbers: dict[str, int]) -> bool:
    wanted = {numbers[number] for number in question.expected if number in numbers}
    return bool(wanted & set(search_titles(question.text).ids[:10]))


def _load(wanted: set[str], now: datetime) -> None:
    every = enumerate(shared_data.books())
    rows = [facts for place, facts in every if place % EVERY == 0 or wanted & set(facts.isbns)]
    made = [titles.prepare(facts, source="list", now=now) for facts in rows]
    Title.objects.bulk_create(made, batch_size=500)
    first = {facts.isbns[0]: title for facts, title in zip(rows, made, strict=True) if facts.isbns}
    TitleIsbn.objects.bulk_create((TitleIsbn(title=t, isbn13=i) for i, t in first.items()), batch_size=500)
    reindex_all()
