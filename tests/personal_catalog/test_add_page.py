"""The add page, as a reader without scripts uses it."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from library_bridge.models import Reader
from personal_catalog import copies, tags
from personal_catalog.models import Copy, LocalRecord, Title, TitleSuggestion
from tests.personal_catalog import factories, sent_pictures, services
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
MISTYPED = "9787300113908"
FORM = {"mode": "lend", "condition": "good", "note": "", "visibility": "everyone"}


def text(client: Client, url: str, **query: str) -> str:
    return client.get(url, query).content.decode()


def test_the_number_leads_to_the_record_and_one_button(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION], publisher="中国人民大学出版社", year=2009)
    page = text(alices, reverse("add-copy"), isbn="978-7-300-11390-6")
    for part in ("Found.", "拖延心理学", "简·博克", "2009", "List this book"):
        assert part in page


def test_a_listed_book_can_be_followed_by_the_next_and_taken_back(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    page = alices.post(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION}, follow=True)
    copy = Copy.objects.get()
    assert page.redirect_chain == [(reverse("add-copy"), 302)]
    assert "Listed “拖延心理学”" in page.content.decode()
    assert f'action="{reverse("copy-withdraw", args=[copy.pk])}"' in page.content.decode()
    assert "Listed this time: one book" in page.content.decode()


def test_a_mistyped_number_says_so_and_offers_what_was_meant(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    answer = alices.get(reverse("add-copy"), {"isbn": MISTYPED})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "the last digit doesn’t fit" in page
    assert f'href="{reverse("add-copy")}?isbn=978-7-300-11390-6"' in page


def test_what_was_meant_may_be_known_to_another_source_only(alices: Client) -> None:
    LocalRecord.objects.create(isbn13=PROCRASTINATION, facts={"title": "拖延心理学"})
    page = text(alices, reverse("add-copy"), isbn=MISTYPED)
    assert f'href="{reverse("add-copy")}?isbn=978-7-300-11390-6"' in page
    assert "拖延心理学" in page


def test_a_record_that_is_not_complete_says_that_the_rest_follows(alices: Client, settings: Settings) -> None:
    LocalRecord.objects.create(isbn13=PROCRASTINATION, facts={"title": "拖延心理学"})
    settings.LOOKUP_SOURCES = [*settings.LOOKUP_SOURCES, "personal_catalog.lookup.isbnlib_services.OpenLibrary"]
    page = text(alices, reverse("add-copy"), isbn=PROCRASTINATION)
    assert "What is missing will be filled in later." in page


def test_an_unknown_number_asks_for_the_title_only(alices: Client) -> None:
    page = text(alices, reverse("add-copy"), isbn=FORTRESS)
    assert "Nobody we ask knows this number." in page
    assert f'name="isbn" value="{FORTRESS}"' in page
    assert alices.post(reverse("add-copy"), {**FORM, "isbn": FORTRESS}).status_code == 422
    answer = alices.post(reverse("add-copy"), {**FORM, "isbn": FORTRESS, "title": "围城", "creators": "钱锺书; 杨绛"})
    assert answer["Location"] == reverse("add-copy")
    title = Title.objects.get()
    assert (title.status, title.creators, title.isbns.get().isbn13) == ("pending", ["钱锺书", "杨绛"], FORTRESS)


def test_a_book_without_a_number_is_typed(alices: Client) -> None:
    assert "The book" in text(alices, reverse("add-copy"), by_hand="1")
    alices.post(reverse("add-copy"), {**FORM, "isbn": "", "title": "手写本"})
    assert Copy.objects.get().title.title == "手写本"


def test_without_a_number_only_the_title_is_asked_for(alices: Client) -> None:
    page = alices.post(reverse("add-copy"), {**FORM, "isbn": "", "title": " "}).content.decode()
    assert "Please fill in the title." in page
    assert "this number" not in page


def test_a_second_copy_is_asked_about_first(alices: Client, alice: Reader, now: datetime) -> None:
    title = factories.title(now=now, isbns=[PROCRASTINATION])
    factories.copy(alice, of=title, now=now)
    answer = alices.post(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION})
    assert answer.status_code == 422
    assert "another copy" in answer.content.decode()
    alices.post(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION, "again": "on"})
    assert Copy.objects.count() == 2


def token_of(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


@pytest.mark.parametrize("book", [{"isbn": PROCRASTINATION, "title": ""}, {"isbn": "", "title": "手写本"}])
def test_a_form_sent_twice_lists_one_copy_and_gives_the_same_answer(
    alices: Client, book: dict[str, str], now: datetime
) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    form = {**FORM, **book, "token": token_of(text(alices, reverse("add-copy"), by_hand="1"))}
    answers = [alices.post(reverse("add-copy"), form, follow=True) for _again in range(2)]
    assert [answer.redirect_chain for answer in answers] == [[(reverse("add-copy"), 302)]] * 2
    assert all("Listed “" in answer.content.decode() for answer in answers)
    assert Copy.objects.count() == 1


def test_the_next_book_typed_into_the_same_page_is_another(alices: Client) -> None:
    form = {**FORM, "token": token_of(text(alices, reverse("add-copy"), by_hand="1"))}
    for title in ("手写本", "手写本 二"):
        alices.post(reverse("add-copy"), {**form, "title": title})
    assert set(Copy.objects.values_list("title__title", flat=True)) == {"手写本", "手写本 二"}


def test_what_was_taken_back_can_be_listed_from_the_same_page(alices: Client, alice: Reader, now: datetime) -> None:
    form = {**FORM, "title": "手写本", "token": token_of(text(alices, reverse("add-copy"), by_hand="1"))}
    alices.post(reverse("add-copy"), form)
    copies.withdraw_copy(copy_id=Copy.objects.get().pk, actor=alice, now=now)
    alices.post(reverse("add-copy"), form)
    assert Copy.objects.owned_by(alice).count() == 1


def test_a_page_fetched_anew_by_the_back_button_lists_no_second_copy(alices: Client, now: datetime) -> None:
    """Its token is another, but the book was listed here a moment ago."""
    factories.title(now=now, isbns=[PROCRASTINATION])
    for _again in range(2):
        form = {
            **FORM,
            "isbn": PROCRASTINATION,
            "token": token_of(text(alices, reverse("add-copy"), isbn=PROCRASTINATION)),
        }
        page = alices.post(reverse("add-copy"), form, follow=True)
    assert page.redirect_chain == [(reverse("add-copy"), 302)]
    assert "It was not listed twice." in page.content.decode()
    assert Copy.objects.count() == 1


def test_a_token_of_bobs_gives_nothing_of_alices(alices: Client, bob: Reader) -> None:
    """T-R1"""
    form = {**FORM, "title": "手写本", "token": "the-same"}
    alices.post(reverse("add-copy"), form)
    alices.force_login(bob)
    alices.post(reverse("add-copy"), form)
    assert set(Copy.objects.values_list("owner__display_name", flat=True)) == {"Alice", "Bob"}


def test_a_book_without_a_number_is_asked_about_too(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, now=now)
    answer = alices.post(reverse("add-copy"), {**FORM, "title": "拖延心理学", "creators": "简·博克"})
    assert answer.status_code == 422
    assert 'name="again"' in answer.content.decode()
    assert Title.objects.count() == 1


def test_the_list_on_the_page_is_of_this_session(alices: Client, alice: Reader, now: datetime) -> None:
    factories.copy(alice, now=now)
    assert "Listed this time" not in text(alices, reverse("add-copy"))
    for title in ("一", "二"):
        alices.post(reverse("add-copy"), {**FORM, "title": title})
    assert "Listed this time: 2 books" in text(alices, reverse("add-copy"))


def test_saving_asks_no_service_again(alices: Client, settings: Settings) -> None:
    with services.serving() as running:
        settings.LOOKUP_SOURCES = [*settings.LOOKUP_SOURCES, "personal_catalog.lookup.isbnlib_services.OpenLibrary"]
        settings.ISBNLIB_SERVICE_URLS, settings.LOOKUP_SECONDS_EACH = running.urls, 0.5
        running.answers["openl"] = services.drips(3)
        assert "One source cannot be reached" in text(alices, reverse("add-copy"), isbn=FORTRESS)
        alices.post(reverse("add-copy"), {**FORM, "isbn": FORTRESS, "title": "围城"})
        assert running.times_asked("openl") == 1
    assert Copy.objects.get().title.lookup_pending


def test_a_correction_of_a_shared_record_becomes_a_suggestion(alices: Client, now: datetime) -> None:
    """T-D5"""
    factories.title(now=now, isbns=[PROCRASTINATION])
    page = alices.post(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION, "title": "My title"}, follow=True)
    assert "went to a librarian" in page.content.decode()
    assert TitleSuggestion.objects.get().changes == {"title": "My title"}
    assert Title.objects.get().title == "拖延心理学"


def test_fields_that_are_none_of_the_readers_are_ignored(alices: Client, bob: Reader, now: datetime) -> None:
    """T-R4"""
    factories.title(now=now, isbns=[PROCRASTINATION])
    alices.post(
        reverse("add-copy"),
        {
            **FORM,
            "isbn": PROCRASTINATION,
            "owner": bob.pk,
            "status": "withdrawn",
            "code": "AAAAAAAA",
            "source": "import",
        },
    )
    copy = Copy.objects.get()
    assert (copy.owner.display_name, copy.status, copy.source) == ("Alice", "listed", "isbn")


def test_looking_up_changes_nothing(alices: Client, now: datetime) -> None:
    """T-R9"""
    factories.title(now=now, isbns=[PROCRASTINATION])
    alices.get(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION, "title": "x"})
    assert Copy.objects.count() == 0


def test_the_label_can_be_printed_at_once(alices: Client, settings: Settings, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    page = alices.post(
        reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION, "then": "labels"}, follow=True
    ).content.decode()
    copy = Copy.objects.get()
    assert copy.label_number in page
    assert "<svg" in page


def test_photos_and_tags_are_sent_with_the_book(alices: Client, alice: Reader, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    photos = [SimpleUploadedFile("a.jpg", sent_pictures.jpeg()), SimpleUploadedFile("b.jpg", b"<html>")]
    sent = {**FORM, "isbn": PROCRASTINATION, "tags": "心理，2026", "photos": photos}
    page = alices.post(reverse("add-copy"), sent, follow=True).content.decode()
    copy = Copy.objects.get()
    assert sorted(tags.names_on(copy, reader=alice)) == ["2026", "心理"]
    assert copy.photos.count() == 1
    for part in ("1 photo added", "b.jpg: This is no picture that can be taken."):
        assert part in page


def test_the_same_form_sent_twice_brings_its_photos_once(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    for _time in range(2):
        photo = SimpleUploadedFile("a.jpg", sent_pictures.jpeg())
        alices.post(reverse("add-copy"), {**FORM, "isbn": PROCRASTINATION, "token": "t", "photos": photo})
    assert Copy.objects.get().photos.count() == 1


def test_a_form_that_has_to_be_mended_says_that_its_photos_are_gone(alices: Client, now: datetime) -> None:
    factories.title(now=now, isbns=[PROCRASTINATION])
    sent = {
        **FORM,
        "isbn": PROCRASTINATION,
        "tags": ",".join("abcdefghijk"),
        "photos": SimpleUploadedFile("a.jpg", b"x"),
    }
    answer = alices.post(reverse("add-copy"), sent)
    assert answer.status_code == 422
    for part in ("At most ten tags on a book", "Choose the photos again:"):
        assert part in answer.content.decode()
    assert not Copy.objects.exists()
