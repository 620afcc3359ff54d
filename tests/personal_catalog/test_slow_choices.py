"""Rows of "Add several" whose editions cannot be found in time: what was chosen stays, and nothing is claimed."""

import pytest
from django.test import Client

from personal_catalog import several
from personal_catalog.models import Copy, Title, TitleSuggestion
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import SearchHits
from tests.personal_catalog.test_several import LINE, PAGE, keys
from tests.personal_catalog.test_several_editions import KEY, hidden, row, sent_rows

pytestmark = pytest.mark.django_db


def broad(_words: str) -> SearchHits:
    raise SearchTimedOut


def test_what_was_chosen_outlasts_a_search_that_takes_too_long(
    alices: Client, editions: list[Title], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "search_titles", broad)
    rows = {**sent_rows(KEY, f"{KEY}-2"), **row(KEY, editions[1].pk), **row(f"{KEY}-2", 0)}
    page = alices.post(PAGE, {**rows, "do": "read"}).content.decode()
    assert (keys(page), hidden(page)) == ([KEY, f"{KEY}-2"], {KEY: str(editions[1].pk), f"{KEY}-2": "0"})
    assert alices.post(PAGE, {**rows, "choose": []}).status_code == 302
    first, second = (copy.title for copy in Copy.objects.order_by("pk"))
    assert (first, second in editions) == (editions[1], False)
    assert not TitleSuggestion.objects.exists()


def test_a_row_that_could_not_be_searched_says_so_and_goes_on_by_its_words(
    alices: Client, editions: list[Title], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "search_titles", broad)
    unchosen = {**sent_rows(KEY), f"title-{KEY}": "拖延心理学"}
    answer = alices.post(PAGE, unchosen)
    page = answer.content.decode()
    assert (answer.status_code, "took too long to find its editions" in page, "no longer" in page) == (422, True, False)
    assert (keys(page), 'name="choose"' in page, Copy.objects.exists()) == ([KEY], False, False)
    assert alices.post(PAGE, {**unchosen, "choose": []}).status_code == 302
    assert Copy.objects.get().title.title == "拖延心理学"


def test_a_row_that_cannot_be_searched_does_not_claim_to_be_new(
    alices: Client, editions: list[Title], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "search_titles", broad)
    page = alices.get(LINE, {"line": "拖延心理学"}).content.decode()
    assert ("could not be searched in time" in page, "not in the catalogue yet" in page) == (True, False)
