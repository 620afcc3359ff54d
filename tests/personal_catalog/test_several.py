"""Several books at once: the list as a reader without scripts uses it, and each of its rows."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import several
from personal_catalog.models import Copy, TitleSuggestion
from personal_catalog.several import Wanted
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
HOW = {"mode": "drift", "condition": "fair", "visibility": "everyone", "lines": ""}
PAGE, LINE = "/add/several/", "/add/several/line/"


def keys(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="book" value="')[1:]]


def token(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


def test_pasted_numbers_and_titles_are_looked_up_and_nothing_is_listed_yet(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    pasted = f"978-7-300-11390-6\n{PROCRASTINATION}\n手写本 / 某人\n"
    page = alices.post(PAGE, {**HOW, "lines": pasted, "do": "read"}).content.decode()
    assert len(keys(page)) == 2
    assert all(part in page for part in ("拖延心理学", 'value="手写本"', 'value="某人"'))
    assert not Copy.objects.exists()


def test_a_mistyped_number_stays_in_the_field_with_its_reason(alices: Client, now: datetime) -> None:
    answer = alices.post(PAGE, {**HOW, "lines": f"9787300113908\n{PROCRASTINATION}", "do": "read"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(part in page for part in ("the last digit doesn’t fit", ">9787300113908</textarea>"))
    assert keys(page) == [PROCRASTINATION]


def test_a_title_of_the_catalogue_is_recognised_by_its_words(alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    for said in ("拖延心理学", "拖延心理学 / 简·博克", "拖延心理学 ／ [美] 简•博克 著"):
        assert several.read(said, owner=alice, now=now).key == PROCRASTINATION
    assert several.read("拖延心理学 / 另一人", owner=alice, now=now).record is None


def test_a_short_number_is_a_title(alice: Reader, now: datetime) -> None:
    assert several.read("1984", owner=alice, now=now).title == "1984"


def test_the_summary_leads_to_the_first_book_that_needs_a_word(alices: Client) -> None:
    page = alices.post(PAGE, {**HOW, "do": "list", "book": ["t1", "t2"], "title-t1": "手写本"}).content.decode()
    assert '<a href="#book-t2">Some books need a word' in page
    assert 'id="book-t2"' in page


def test_all_are_put_on_the_shelf_in_one_go(alices: Client, alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    sent = {
        **HOW,
        "do": "list",
        "token": "once",
        "book": [PROCRASTINATION, "t1"],
        "title-t1": "手写本",
        "creators-t1": "某人; 另一人",
    }
    for _ in range(2):
        assert alices.post(PAGE, sent)["Location"] == PAGE
    assert {(c.title.title, c.mode, c.condition) for c in Copy.objects.all()} == {
        ("拖延心理学", "drift", "fair"),
        ("手写本", "drift", "fair"),
    }
    assert Copy.objects.count() == 2
    assert "2 books" in alices.get(PAGE).content.decode()


def test_what_is_refused_keeps_nothing_else_off_the_shelf(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    sent = {**HOW, "do": "list", "token": "once", "book": [PROCRASTINATION, FORTRESS, "t1"], "title-t1": "手写本"}
    answer = alices.post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert keys(page) == [PROCRASTINATION, FORTRESS]
    assert all(part in page for part in ("This is a second copy of it", "Nobody we ask knows this number."))
    again = {**sent, f"again-{PROCRASTINATION}": "on", f"title-{FORTRESS}": "围城"}
    assert alices.post(PAGE, again).status_code == 302
    assert Copy.objects.count() == 4


def test_what_is_sent_again_from_the_page_after_a_refusal_is_meant_anew(alices: Client, now: datetime) -> None:
    """As the script does it: the book is scanned once more beside what was refused."""
    factories.title(now=now, isbns=[PROCRASTINATION])
    for _ in range(2):
        page = alices.post(
            PAGE, {**HOW, "do": "list", "token": "once", "book": [PROCRASTINATION, "t2"]}
        ).content.decode()
    assert (keys(page), Copy.objects.count()) == (["t2"], 1)
    sent = {**HOW, "do": "list", "token": token(page), "book": [PROCRASTINATION]}
    page = alices.post(PAGE, sent).content.decode()
    assert ("It already stands on your shelf." in page, "1 book listed" in page) == (True, False)
    for _ in range(2):
        assert alices.post(PAGE, {**sent, "token": token(page), f"again-{PROCRASTINATION}": "on"}).status_code == 302
    assert Copy.objects.count() == 2


def test_a_mistyped_line_keeps_nothing_else_off_the_shelf(alices: Client, now: datetime) -> None:
    sent = {**HOW, "do": "list", "token": "once", "book": ["t1"], "title-t1": "手写本", "lines": "9787300113908"}
    for _ in range(2):
        answer = alices.post(PAGE, sent)
        assert answer.status_code == 422
        assert Copy.objects.count() == 1
    page = answer.content.decode()
    assert all(part in page for part in ("1 book listed", "the last digit doesn’t fit", ">9787300113908</textarea>"))
    assert keys(page) == []


def test_lines_that_were_not_looked_at_are_not_listed_and_the_page_says_so(alices: Client) -> None:
    page = alices.post(PAGE, {**HOW, "do": "list", "token": "once", "lines": "手写本\n9787300113908"}).content.decode()
    assert "Nothing is on the shelf yet." in page
    assert len(keys(page)) == 1
    assert not Copy.objects.exists()


def test_a_row_can_be_taken_out(alices: Client, now: datetime) -> None:
    sent = {**HOW, "book": [PROCRASTINATION, "t1"], "title-t1": "手写本", "out": "t1"}
    assert keys(alices.post(PAGE, sent).content.decode()) == [PROCRASTINATION]


def test_a_corrected_title_becomes_a_suggestion(alice: Reader, now: datetime) -> None:
    title = factories.title(now=now, isbns=[PROCRASTINATION])
    wanted = [Wanted(PROCRASTINATION, "拖延心理學", ("简·博克",))]
    outcome = several.list_all(owner=alice, token="x", wanted=wanted, now=now, mode="lend")
    title.refresh_from_db()
    assert (title.title, outcome.suggested, TitleSuggestion.objects.count()) == ("拖延心理学", True, 1)


def test_an_empty_list_says_what_to_do(alices: Client) -> None:
    answer = alices.post(PAGE, {**HOW, "do": "list"})
    assert (answer.status_code, "The list is empty." in answer.content.decode()) == (422, True)


def test_more_lines_than_the_list_holds_stay_in_the_field(alices: Client) -> None:
    pasted = "\n".join(f"Book {number}" for number in range(several.MOST_LINES + 2))
    page = alices.post(PAGE, {**HOW, "lines": pasted, "do": "read"}).content.decode()
    assert len(keys(page)) == several.MOST_LINES
    assert f">Book {several.MOST_LINES}\nBook {several.MOST_LINES + 1}</textarea>" in page


def test_a_scanned_number_answers_with_its_row(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    answer = alices.get(LINE, {"line": PROCRASTINATION})
    assert (answer.status_code, keys(answer.content.decode())) == (200, [PROCRASTINATION])
    assert 'data-says="Found: 拖延心理学"' in answer.content.decode()


def test_a_mistyped_number_answers_with_a_sentence_of_the_page_language(client: Client, alice: Reader) -> None:
    client.force_login(alice)
    answer = client.get(LINE, {"line": "9787300113908"}, headers={"accept-language": "zh-CN"})
    assert (answer.status_code, answer.content.decode()[:14]) == (422, "9787300113908：")


def test_only_the_page_with_the_camera_may_run_the_decoder(alices: Client) -> None:
    allowed = {
        url: "wasm-unsafe-eval" in alices.get(url)["Content-Security-Policy"] for url in (PAGE, reverse("add-copy"))
    }
    assert allowed == {PAGE: True, reverse("add-copy"): False}


def test_strangers_are_sent_to_the_door(client: Client) -> None:
    for url in (PAGE, LINE):
        assert client.get(url).status_code == 302
