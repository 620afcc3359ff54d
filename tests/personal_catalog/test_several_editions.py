"""Several books at once: the editions of a title among which the reader chooses."""

import re
from datetime import datetime

import pytest
from django.db.models.signals import post_init
from django.test import Client

from library_bridge.models import Reader
from personal_catalog import several
from personal_catalog.merging import merge_titles
from personal_catalog.models import Copy, Title, TitleSuggestion
from personal_catalog.search.query import search_titles
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION
from tests.personal_catalog.test_several import HOW, LINE, PAGE, keys

pytestmark = pytest.mark.django_db
KEY = several.key_of("拖延心理学", ())


def chosen(edition: Title) -> dict[str, object]:
    """One row, whose edition is chosen."""
    row = {"book": [KEY], "choose": [KEY], f"title-{KEY}": "拖延心理学", f"edition-{KEY}": edition.pk}
    return {**HOW, "do": "list", "token": "once", **row}


def test_several_editions_are_left_to_the_reader(alice: Reader, now: datetime) -> None:
    for isbn, year in ((PROCRASTINATION, 2009), (FORTRESS, 2016)):
        factories.title(now=now, isbns=[isbn], year=year)
    assert several.read("拖延心理学", owner=alice, now=now).record is None


def test_the_reader_chooses_their_edition_in_the_row(alices: Client, now: datetime) -> None:
    old, new = (
        factories.title(now=now, isbns=[isbn], year=year) for isbn, year in ((PROCRASTINATION, 2009), (FORTRESS, 2016))
    )
    [key] = keys(page := alices.get(LINE, {"line": "拖延心理学"}).content.decode())
    assert page.index(f'value="{new.pk}"') < page.index(f'value="{old.pk}"')
    sent = {**HOW, "do": "list", "token": "once", "book": [key], f"title-{key}": "拖延心理学", "choose": [key]}
    refused = alices.post(PAGE, sent)
    assert (refused.status_code, "Choose which of these is yours." in refused.content.decode()) == (422, True)
    assert not Copy.objects.exists()
    for _twice in range(2):
        assert alices.post(PAGE, {**sent, f"edition-{key}": old.pk}).status_code == 302
    assert [copy.title for copy in Copy.objects.all()] == [old]
    assert not TitleSuggestion.objects.exists()


def test_an_edition_that_stands_on_the_shelf_asks_whether_it_is_a_second(
    alices: Client, alice: Reader, now: datetime
) -> None:
    own = factories.title(now=now, isbns=[PROCRASTINATION])
    factories.title(now=now, isbns=[FORTRESS])
    factories.copy(alice, of=own, now=now)
    key = several.key_of("拖延心理学", ())
    sent = {**HOW, "do": "list", "token": "once", "book": [key], f"title-{key}": "拖延心理学", "choose": [key]}
    page = alices.post(PAGE, {**sent, f"edition-{key}": own.pk}).content.decode()
    assert "This is a second copy of it" in page
    assert f'value="{own.pk}" checked' in page
    assert alices.post(PAGE, {**sent, f"edition-{key}": own.pk, f"again-{key}": "on"}).status_code == 302
    assert Copy.objects.filter(title=own).count() == 2


def test_another_edition_than_these_is_listed_by_its_words(alices: Client, editions: list[Title]) -> None:
    assert alices.post(PAGE, {**sent_rows(KEY), **row(KEY, 0, creators="另一人")}).status_code == 302
    assert Copy.objects.get().title not in editions


@pytest.mark.parametrize("edition", ["", "x", "９", "-1", "00", "1" * 19])
def test_an_edition_that_cannot_be_one_is_asked_for(alices: Client, editions: list[Title], edition: str) -> None:
    answer = alices.post(PAGE, {**sent_rows(KEY), **row(KEY, edition)})
    assert (answer.status_code, "Choose which of these is yours." in answer.content.decode()) == (422, True)
    assert not Copy.objects.exists()


@pytest.mark.parametrize("do", ["list", "read"])
def test_a_number_is_its_own_title_whatever_edition_comes_with_it(
    alices: Client, editions: list[Title], do: str
) -> None:
    sent = {**HOW, "do": do, "token": "once", "book": [FORTRESS]}
    page = alices.post(PAGE, {**sent, f"edition-{FORTRESS}": editions[0].pk}).content.decode()
    assert [copy.title for copy in Copy.objects.all()] == ([editions[1]] if do == "list" else [])
    assert hidden(page) == {}


def test_an_edition_that_was_merged_meanwhile_is_the_one_it_became(
    alices: Client, lin: Reader, editions: list[Title], now: datetime
) -> None:
    keep, gone, _third = editions
    merge_titles(keep_id=keep.pk, merge_ids=[gone.pk], actor=lin, now=now)
    assert alices.post(PAGE, chosen(gone)).status_code == 302
    assert Copy.objects.get().title == keep


@pytest.mark.parametrize("left", [2, 1, 0])
def test_an_edition_that_is_no_more_is_asked_for_again(alices: Client, editions: list[Title], left: int) -> None:
    Title.objects.filter(pk__in=[title.pk for title in editions[left:]]).update(status="rejected")
    answer = alices.post(PAGE, chosen(editions[-1]))
    page = answer.content.decode()
    says = "Choose which of these is yours." if left > 1 else "The edition you chose is no longer in the catalogue."
    assert (answer.status_code, len(keys(page)), says in page) == (422, 1, True)
    assert not Copy.objects.exists()


def test_a_title_that_never_was_is_asked_for_again(alices: Client, editions: list[Title]) -> None:
    page = alices.post(PAGE, {**chosen(editions[0]), f"edition-{KEY}": "99999"}).content.decode()
    assert "Choose which of these is yours." in page
    assert not Copy.objects.exists()


@pytest.mark.parametrize("do", ["read", "list"])
def test_a_tick_for_a_second_copy_stays(alices: Client, editions: list[Title], do: str) -> None:
    sent = {**chosen(editions[0]), "do": do, f"again-{KEY}": "on", "mode": "nonsense" if do == "list" else "lend"}
    assert f'name="again-{KEY}" checked' in alices.post(PAGE, sent).content.decode()


def test_a_second_edition_of_a_title_is_listed_in_the_same_go(alices: Client, editions: list[Title]) -> None:
    sent = {**chosen(editions[0]), "do": "read", "lines": "拖延心理学"}
    first, second = sorted(keys(page := alices.post(PAGE, sent).content.decode()), key=len)
    assert (first, second) == (KEY, f"{KEY}-2")
    assert page.count(f'value="{editions[0].pk}" checked') == 1
    assert (
        len(keys(alices.post(PAGE, {**sent, "book": [first, second], "choose": [first, second]}).content.decode())) == 2
    )
    both = {**chosen(editions[0]), "book": [first, second], "choose": [first, second], f"title-{second}": "拖延心理学"}
    for _twice in range(2):
        assert alices.post(PAGE, {**both, f"edition-{second}": editions[1].pk}).status_code == 302
    assert {copy.title for copy in Copy.objects.all()} == set(editions[:2])
    assert Copy.objects.count() == 2


def test_a_title_of_a_row_just_listed_asks_for_its_other_edition(alices: Client, editions: list[Title]) -> None:
    for _twice in range(2):
        page = alices.post(PAGE, {**chosen(editions[0]), "lines": "拖延心理学"}).content.decode()
        assert keys(page) == [f"{KEY}-2"]
    assert Copy.objects.count() == 1


@pytest.mark.parametrize(("taken", "key"), [("", ""), ("t0", ""), ("KEY", "-2"), ("KEY KEY-2", "-3")])
def test_a_scanned_line_makes_way_for_rows_that_are_decided(
    alices: Client, editions: list[Title], taken: str, key: str
) -> None:
    asked = {"line": "拖延心理学", "taken": taken.replace("KEY", KEY).split()}
    assert keys(alices.get(LINE, asked).content.decode()) == [KEY + key]


def test_the_author_finds_the_one_of_many(alices: Client, alice: Reader, now: datetime) -> None:
    for number in range(several.MOST_ALIKE + 2):
        factories.title("高等数学", now=now, creators=[f"作者{chr(0x4E00 + number)}"], year=2000 + number)
    page = alices.get(LINE, {"line": "高等数学"}).content.decode()
    assert "And 2 more that are not shown" in page
    assert page.count('type="radio"') == several.MOST_ALIKE + 1
    for number in range(several.MOST_ALIKE + 2):
        author = f"作者{chr(0x4E00 + number)}"
        found = several.read(f"高等数学 / {author}", owner=alice, now=now).record
        assert found is not None
        assert found.creators == [author]


def row(key: str, edition: object, creators: str = "简·博克") -> dict[str, object]:
    return {f"title-{key}": "拖延心理学", f"creators-{key}": creators, f"edition-{key}": edition}


def sent_rows(*keys: str) -> dict[str, object]:
    return {**HOW, "do": "list", "token": "once", "book": [*keys], "choose": [*keys]}


def test_another_edition_by_the_same_author_is_none_of_these(alices: Client, editions: list[Title]) -> None:
    for _twice in range(2):
        assert alices.post(PAGE, {**sent_rows(KEY), **row(KEY, 0)}).status_code == 302
    title = Copy.objects.get().title
    assert (title in editions, title.status, title.creators) == (False, Title.Status.PENDING, ["简·博克"])
    assert Title.objects.count() == len(editions) + 1


def test_another_edition_stands_beside_a_chosen_one(alices: Client, editions: list[Title]) -> None:
    rows = {**sent_rows(KEY, f"{KEY}-2"), **row(KEY, editions[0].pk), **row(f"{KEY}-2", 0)}
    assert alices.post(PAGE, rows).status_code == 302
    assert [copy.title in editions for copy in Copy.objects.order_by("pk")] == [True, False]


def test_another_edition_needs_its_title(alices: Client, editions: list[Title]) -> None:
    page = alices.post(PAGE, {**sent_rows(KEY), f"edition-{KEY}": "0"}).content.decode()
    assert "Type at least the title." in page
    assert not Copy.objects.exists()


def test_a_book_that_was_typed_by_its_title_counts_as_typed(alices: Client, editions: list[Title]) -> None:
    rows = {**sent_rows(KEY, FORTRESS), "choose": [KEY], **row(KEY, editions[0].pk)}
    assert alices.post(PAGE, rows).status_code == 302
    assert {copy.title: copy.source for copy in Copy.objects.all()} == {editions[0]: "typed", editions[1]: "isbn"}


def test_of_the_many_that_a_search_names_only_what_is_shown_is_fetched_whole(
    alice: Reader, editions: list[Title], now: datetime
) -> None:
    others = [factories.title(f"拖延心理学 {number}", now=now) for number in range(12)]
    made: list[int] = []
    post_init.connect(lambda instance, **_: made.append(instance.pk), sender=Title, weak=False, dispatch_uid="made")
    try:
        line = several.read("拖延心理学", owner=alice, now=now)
    finally:
        post_init.disconnect(sender=Title, dispatch_uid="made")
    assert len(search_titles("拖延心理学").ids) == len(others + editions)
    assert ([*line.alike], line.more, made) == (editions, 0, [title.pk for title in editions])


def hidden(page: str) -> dict[str, str]:
    """The chosen editions that rows keep without showing others."""
    return dict(re.findall(r'<input type="hidden" name="edition-([^"]+)" value="(\d+)">', page))


def test_rows_whose_editions_became_one_stay_two(
    alices: Client, lin: Reader, editions: list[Title], now: datetime
) -> None:
    keep, *gone = editions
    rows = {**sent_rows(KEY, f"{KEY}-2"), **row(KEY, keep.pk), **row(f"{KEY}-2", gone[0].pk)}
    merge_titles(keep_id=keep.pk, merge_ids=[title.pk for title in gone], actor=lin, now=now)
    page = alices.post(PAGE, {**rows, "do": "read"}).content.decode()
    assert hidden(page) == {KEY: str(keep.pk), f"{KEY}-2": str(keep.pk)}
    page = alices.post(PAGE, {**rows, "choose": [], f"edition-{KEY}-2": keep.pk}).content.decode()
    assert (keys(page), "It already stands on your shelf." in page) == ([f"{KEY}-2"], True)
    assert [copy.title for copy in Copy.objects.all()] == [keep]


def test_a_row_none_was_chosen_in_does_not_say_that_the_chosen_one_is_gone(
    alices: Client, editions: list[Title]
) -> None:
    Title.objects.filter(pk__in=[title.pk for title in editions[1:]]).update(status="rejected")
    page = alices.post(PAGE, {**sent_rows(KEY), f"title-{KEY}": "拖延心理学"}).content.decode()
    assert ("The editions you were shown have changed." in page, "you chose" in page) == (True, False)
    assert hidden(page) == {KEY: str(editions[0].pk)}


def test_another_edition_stays_another_beside_the_one_that_is_left(alices: Client, editions: list[Title]) -> None:
    Title.objects.filter(pk__in=[title.pk for title in editions[1:]]).update(status="rejected")
    page = alices.post(PAGE, {**sent_rows(KEY), **row(KEY, 0), "do": "read"}).content.decode()
    assert (hidden(page), "not in the catalogue yet" in page) == ({KEY: "0"}, True)


def test_a_row_of_which_one_edition_is_left_is_this_one(alices: Client, editions: list[Title]) -> None:
    Title.objects.filter(pk__in=[title.pk for title in editions[1:]]).update(status="rejected")
    unchosen = {**sent_rows(KEY), f"title-{KEY}": "拖延心理学"}
    page = alices.post(PAGE, {**unchosen, "do": "read"}).content.decode()
    assert (keys(page), hidden(page)) == ([KEY], {KEY: str(editions[0].pk)})


def test_the_correction_of_a_row_that_keeps_its_edition_becomes_a_suggestion(
    alices: Client, editions: list[Title]
) -> None:
    rows = {**sent_rows(KEY), "choose": [], **row(KEY, editions[0].pk, creators="简·博克; 莱诺拉·袁")}
    assert alices.post(PAGE, rows).status_code == 302
    assert TitleSuggestion.objects.get().title == Copy.objects.get().title == editions[0]


def test_a_title_that_looks_like_a_mistyped_number_stays_in_its_row(alices: Client) -> None:
    typed = {**HOW, "do": "read", "book": ["t1"], "title-t1": "9787300113908"}
    assert keys(alices.post(PAGE, typed).content.decode()) == ["t1"]
