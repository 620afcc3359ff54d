"""Course lists: librarians make them from titles or numbers, readers see what of them can be had."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale

from library_bridge.models import Reader
from personal_catalog import merging, titles
from personal_catalog.models import Title
from personal_catalog.search.index import reindex_title
from sharing import list_imports, reading_lists, roles
from sharing.errors import Denied, NotFound
from sharing.list_imports import Course
from sharing.models import ReadingListEntry, ReadingListImport, ReadingListPage
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser, get, queries

HAD, NEW, WRONG = "9787300113906", "978-7-5063-6543-7", "9787300113907"


def course(
    *books: Title, name: str = "Operations Research I", language: str = "en", **fields: object
) -> ReadingListPage:
    parent = reading_lists.lists_page(Locale.objects.get(language_code=language))
    assert parent is not None
    page = ReadingListPage(title=name, locale=parent.locale, **fields)
    page.entries = [
        ReadingListEntry(title=book, note=f"Note on {book.title}", sort_order=n) for n, book in enumerate(books)
    ]
    parent.add_child(instance=page)
    return page


def shown(page: ReadingListPage, reader: Reader | None = None, *, now: datetime) -> Page:
    return get(page.get_url(), reader, now=now)


def home(reader: Reader | None = None, *, now: datetime, language: str = "en") -> Page:
    cache.clear()
    return get("/", reader, now=now, language=language)


@pytest.fixture
def librarian(world: World) -> Reader:
    roles.ensure_roles()
    made = factories.reader("Editor", is_staff=True)
    made.groups.add(Group.objects.get(name="Librarians"))
    return made


def imported(content: str, actor: Reader, now: datetime) -> ReadingListImport:
    return list_imports.import_list(
        course=Course("Operations Research I", "MA-301"), language="en", content=content.encode(), actor=actor, now=now
    )


def test_the_page_says_what_can_be_had_now_and_the_note_on_each(world: World):
    page = course(
        world.title, factories.title("围城"), course_number="MA-301", term="autumn 2026", offered_by="Mathematics"
    )
    text = shown(page, now=world.now)
    assert "MA-301 · Mathematics · autumn 2026" in text
    assert "2 books, 1 to be had now" in text
    assert "拖延心理学 简·博克 Note on 拖延心理学 1 reader’s own, free" in text
    assert "Note on 围城 No copy known" in text


def test_it_stands_on_the_home_page_with_its_figures(world: World):
    assert "Course lists" not in home(now=world.now)
    course(world.title, factories.title("围城"), term="autumn 2026")
    assert "Course lists All Operations Research I autumn 2026 2 books, 1 to be had now" in home(now=world.now)


def test_a_list_in_both_languages_stands_in_the_readers_and_another_in_its_own(world: World):
    english = course(world.title)
    course(world.title, name="运筹学", language="zh-hans", translation_key=english.translation_key)
    course(world.title, name="中国社会思想", language="zh-hans")
    page = home(now=world.now)
    assert ("Operations Research I" in page, "运筹学" in page, "中国社会思想" in page) == (True, False, True)
    assert "运筹学" in home(now=world.now, language="zh")


def test_the_readers_own_department_comes_first(world: World):
    for name, school in (
        ("Mechanics", "School of Energy"),
        ("Poetry", "School of Letters"),
        ("Steel", "School of Energy"),
    ):
        course(world.title, name=name, offered_by=school)
    Reader.objects.filter(pk=world.bob.pk).update(department="school of letters")
    world.bob.refresh_from_db()
    assert [one.name for one in reading_lists.shown(reader=world.bob, now=world.now)] == [
        "Poetry",
        "Steel",
        "Mechanics",
    ]


def test_what_is_taken_off_is_gone_within_a_minute(world: World):
    """T-R22"""
    page = course(world.title)
    assert "Course lists" in get("/", now=world.now)
    page.unpublish()
    assert reading_lists.SECONDS < 60
    assert "Course lists" not in home(now=world.now)


def test_a_list_that_only_some_may_see_is_not_on_the_home_page(world: World):
    page = course(world.title)
    page.view_restrictions.create(restriction_type="login")
    assert "Course lists" not in home(now=world.now)


def test_all_lists_stand_on_one_page(world: World):
    course(world.title)
    address = get("/course-lists/", now=world.now).response.url
    assert "Operations Research I 1 book, 1 to be had now" in get(address, now=world.now)


def test_a_merged_title_is_followed_and_stands_once(world: World):
    other = factories.title("拖延心理學")
    page = course(other, world.title)
    merging.merge_titles(keep_id=world.title.pk, merge_ids=[other.pk], actor=world.lin, now=world.now)
    assert list(page.entries.model.objects.values_list("title", "note")) == [(world.title.pk, "Note on 拖延心理學")]
    assert "1 book, 1 to be had now" in shown(page, now=world.now)


def test_numbers_become_a_draft_and_each_line_is_named(world: World, librarian: Reader):
    made = imported(f"{HAD}\n{NEW}\n{WRONG}\nno number\n{HAD}", librarian, world.now)
    known, new, wrong, none, again = list_imports.report(made)
    assert (known.title, known.problem) == (world.title, "")
    assert (new.waiting, new.unknown) == (True, False)
    assert (wrong.said, wrong.title) == (WRONG, None)
    assert "may be mistyped" in wrong.problem
    assert "not an ISBN" in none.problem
    assert "another row" in again.problem
    assert not made.page.live
    assert [entry.title for entry in made.page.entries.all()] == [world.title, new.title]


def test_a_number_nobody_knows_appears_once_its_record_is_there(world: World, librarian: Reader):
    made = imported(f"{HAD}\n{NEW}", librarian, world.now)
    made.page.save_revision().publish()
    assert "1 more is still being looked up." in shown(made.page, now=world.now)
    stub = titles.by_isbn("9787506365437")
    titles.complete(title_id=stub.pk, facts=None, provenance={}, now=world.now, over=True)
    assert list_imports.report(made)[1].unknown
    titles.correct_title(title_id=stub.pk, actor=world.lin, changes={"title": "活着"}, now=world.now)
    assert "活着" in shown(made.page, now=world.now)
    assert not list_imports.report(made)[1].unknown


def test_a_table_brings_notes_and_finds_titles_without_a_number(world: World, librarian: Reader):
    factories.title("围城", creators=["钱锺书"])
    made = imported(
        f"书名,作者,ISBN,备注\n拖延心理学,简·博克,{HAD},第一章\n围城,钱锺书,,\n没有的书,某人,,", librarian, world.now
    )
    assert [line.problem == "" for line in list_imports.report(made)] == [True, True, False]
    assert list(made.page.entries.values_list("note", flat=True)) == ["第一章", ""]


@pytest.mark.parametrize(
    ("content", "code"), [(" \n ", "no_rows"), ("1\n" * 201, "too_many_rows"), ("1" * 200_001, "too_large")]
)
def test_what_is_no_course_list_is_refused_and_leaves_nothing(world: World, librarian: Reader, content: str, code: str):
    with pytest.raises(Denied) as refused:
        imported(content, librarian, world.now)
    assert refused.value.code == code
    assert not ReadingListPage.objects.exists()


def test_charlie_cannot_make_a_list(world: World):
    with pytest.raises(NotFound):
        imported(HAD, world.charlie, world.now)
    assert not ReadingListPage.objects.exists()


def test_a_librarian_does_it_in_the_admin(world: World, librarian: Reader):
    client = browser(librarian)
    form = {"title": "Operations Research I", "language": "en", "isbns": f"{HAD}\n{WRONG}"}
    assert "Course list from ISBNs" in client.get(reverse("course-lists:import")).content.decode()
    answer = client.post(reverse("course-lists:import"), form)
    report = client.get(answer.headers["Location"]).content.decode()
    assert "may be mistyped" in report
    assert WRONG in report
    head = report.partition("<h1")[2].partition("</h1>")[0]
    assert "Report of the course list" in head
    assert "Operations Research I" in head
    listing = client.get(reverse("course-lists:index")).content.decode()
    assert "Operations Research I" in listing
    assert reverse("course-lists:import") in listing


def test_staff_who_write_no_pages_have_none_of_it(world: World, librarian: Reader):
    """T-L1"""
    made = imported(HAD, librarian, world.now)
    roles.ensure_roles()
    branch = factories.reader("Branch", is_staff=True)
    branch.groups.add(Group.objects.get(name="Branch librarians"))
    client = browser(branch)
    assert client.get(reverse("course-lists:report", args=[made.pk])).status_code == 404
    form = {"title": "X", "language": "en", "isbns": HAD}
    client.post(reverse("course-lists:import"), form)
    assert ReadingListPage.objects.count() == 1


def test_titles_are_chosen_as_readers_find_them(world: World, librarian: Reader):
    for title in (world.title, factories.title("围城")):
        reindex_title(title)
    chooser = reverse("wagtailsnippetchoosers_personal_catalog_title:choose")
    found = browser(librarian).get(chooser, {"q": "tuoyanxinlixue"}).json()["html"]
    assert "拖延心理学" in found
    assert HAD in found
    assert "围城" not in found
    edit = reverse("wagtailadmin_pages:edit", args=[course(world.title).pk])
    assert chooser in browser(librarian).get(edit).content.decode()


def test_what_is_typed_stays_text(world: World):
    """T-L3"""
    page = course(world.title, lead="<img src=x>", offered_by="<b>{{7*7}}")
    html = shown(page, now=world.now).html
    assert "<img src=x>" not in html
    assert "&lt;b&gt;{{7*7}}" in html


def test_thirty_books_ask_no_more_queries_than_one_and_thirty_lists_neither(world: World):
    """Wagtail's way to a page takes eleven of them."""
    one, thirty = course(world.title), course(*(factories.title(f"Book {n}") for n in range(30)), name="Thirty")
    for_one = queries(one.get_url(), world.bob, now=world.now)
    assert len(queries(thirty.get_url(), world.bob, now=world.now)) <= len(for_one) <= 22, for_one
    start = one.get_parent().get_url()
    for_two = queries(start, world.bob, now=world.now)
    for number in range(10):
        course(world.title, name=f"List {number}")
    assert len(queries(start, world.bob, now=world.now + timedelta(minutes=2))) <= len(for_two), for_two


def test_a_page_of_twenty_is_short(world: World):
    page = course(*(factories.title(f"计算流体动力学分析：CFD软件原理与应用 {n}") for n in range(20)))
    assert len(get(page.get_url(), world.bob, now=world.now, language="zh").html.encode()) < 30_000
