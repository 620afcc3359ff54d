"""What curators do in the admin."""

from datetime import datetime
from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader
from personal_catalog import conflicts, curation, doubles, flags, merging, titles
from personal_catalog.models import (
    FieldConflict,
    Heading,
    LikelyDouble,
    Title,
    TitleFlag,
    TitleMerge,
    TitleSuggestion,
)
from personal_catalog.search import engines
from personal_catalog.search.query import search_titles
from personal_catalog.staff import finding, week
from tests.personal_catalog import factories, sent_pictures
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
LIST = "wagtailsnippets_personal_catalog_title:list"
EDIT = "wagtailsnippets_personal_catalog_title:edit"


@pytest.fixture
def desk(client: Client, lin: Reader) -> Client:
    client.force_login(lin)
    return client


@pytest.fixture
def pending(alice: Reader, now: datetime) -> Title:
    return titles.add_by_hand(facts=factories.facts("校园鸟类"), actor=alice, now=now)


def bulk(action: str, *chosen: Title) -> str:
    ids = "&".join(f"id={title.pk}" for title in chosen)
    return f"{reverse('wagtail_bulk_action', args=['personal_catalog', 'title', action])}?{ids}"


def filled(of: Title, /, **changes: object) -> dict[str, object]:
    form = {"title": of.title, "creators": "\n".join(of.creators), "language": of.language, "isbns": ""}
    return {**form, **changes}


def test_the_list_is_searched_as_readers_search(desk: Client, pending: Title, now: datetime) -> None:
    factories.title("围城", now=now)
    page = desk.get(reverse(LIST), {"q": "xiaoyuanniaolei"}).content.decode()
    assert "校园鸟类" in page
    assert "围城" not in page
    assert "围城" not in desk.get(reverse(LIST), {"status": "pending"}).content.decode()


@pytest.mark.parametrize(("language", "home", "other"), [("en", "Home", "首页"), ("zh-hans", "首页", "Home")])
def test_the_way_home_is_in_the_readers_language(desk: Client, language: str, home: str, other: str) -> None:
    page = desk.get(reverse(LIST), headers={"accept-language": language}).content.decode()
    way = page.partition("data-w-breadcrumbs")[2].partition("</ol>")[0]
    assert (home in way, other in way) == (True, False)


def test_an_edit_goes_the_way_of_every_correction(desk: Client, lin: Reader, pending: Title) -> None:
    answer = desk.post(
        reverse(EDIT, args=[pending.pk]), filled(pending, title="校园鸟类图鉴", isbns="978-7-300-11390-6")
    )
    assert answer.status_code == 302
    pending.refresh_from_db()
    assert (pending.title, pending.isbns.get().isbn13) == ("校园鸟类图鉴", PROCRASTINATION)
    assert pending.changes.first().actor == lin  # type: ignore[union-attr]
    assert search_titles("图鉴").ids == [pending.pk]


def test_an_isbn_that_another_title_has_is_refused_with_its_name(desk: Client, pending: Title, now: datetime) -> None:
    factories.title("围城", now=now, isbns=[FORTRESS])
    page = desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, isbns=FORTRESS)).content.decode()
    assert "围城" in page
    assert pending.isbns.count() == 0


def test_a_curator_adds_a_title(desk: Client) -> None:
    url = reverse("wagtailsnippets_personal_catalog_title:add")
    assert desk.post(url, {"title": "Dune", "creators": "Frank Herbert", "isbns": "9780340839935"}).status_code == 302
    title = Title.objects.get()
    assert (title.status, title.language, title.isbns.get().isbn13) == ("approved", "eng", "9780340839935")


@pytest.mark.parametrize(
    ("field", "typed"),
    [("year", "99999"), ("language", "xyz"), ("clc", "!!!坏"), ("summary", "字" * 5000), ("creators", "名" * 300),
     ("subjects", "\n".join(map(str, range(50)))), ("isbns", "978-7-300-11390-7")],
)  # fmt: skip
def test_nothing_that_a_curator_typed_is_dropped_in_silence(
    desk: Client, pending: Title, field: str, typed: str
) -> None:
    answer = desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, **{field: typed}))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    pending.refresh_from_db()
    assert pending.changes.count() == 1


def test_blanks_and_other_names_of_a_language_are_no_fault(desk: Client, pending: Title) -> None:
    answer = desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, summary="一行\n\n  两行", language="zh"))
    assert answer.status_code == 302
    pending.refresh_from_db()
    assert (pending.summary, pending.language) == ("一行 两行", "chi")


def test_the_isbn_that_is_wrong_is_named(desk: Client, pending: Title) -> None:
    lines = f"{PROCRASTINATION}\n9787300113907"
    page = desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, isbns=lines)).content.decode()
    assert "9787300113907” is not an ISBN" in page or "“9787300113907”" in page


def test_a_title_that_is_here_already_is_not_added_but_shown(desk: Client, now: datetime) -> None:
    here = factories.title("Dune", now=now, creators=["Frank Herbert"], isbns=[])
    url = reverse("wagtailsnippets_personal_catalog_title:add")
    answer = desk.post(url, {"title": "Dune", "creators": "Frank Herbert", "isbns": ""})
    assert answer.status_code == 200
    assert reverse(EDIT, args=[here.pk]) in answer.content.decode()
    assert Title.objects.count() == 1


def test_a_merged_title_leads_to_the_one_it_was_merged_into(
    desk: Client, lin: Reader, pending: Title, now: datetime
) -> None:
    keep = factories.title("校园鸟类志", now=now)
    merging.merge_titles(keep_id=keep.pk, merge_ids=[pending.pk], actor=lin, now=now)
    for answer in (
        desk.get(reverse(EDIT, args=[pending.pk])),
        desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, title="Too late")),
    ):
        assert answer["Location"] == reverse(EDIT, args=[keep.pk])


def test_the_history_shows_what_stood_there_before(desk: Client, pending: Title) -> None:
    desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, title="校园鸟类图鉴"))
    page = desk.get(reverse("wagtailsnippets_personal_catalog_title:history", args=[pending.pk])).content.decode()
    assert "<del>校园鸟类</del> → <ins>校园鸟类图鉴</ins>" in page


def test_titles_are_never_deleted(desk: Client, pending: Title) -> None:
    url = reverse("wagtailsnippets_personal_catalog_title:delete", args=[pending.pk])
    desk.post(url)
    assert desk.post(bulk("delete", pending)).status_code == 404
    assert Title.objects.filter(pk=pending.pk).exists()


def test_several_titles_are_approved_at_once(desk: Client, pending: Title) -> None:
    assert "校园鸟类" in desk.get(bulk("approve", pending)).content.decode()
    desk.post(bulk("approve", pending))
    pending.refresh_from_db()
    assert pending.status == Title.Status.APPROVED


def test_titles_are_merged_into_the_chosen_one(desk: Client, pending: Title, now: datetime) -> None:
    keep = factories.title("校园鸟类志", now=now, isbns=[PROCRASTINATION])
    page = desk.get(bulk("merge", pending, keep)).content.decode()
    assert "978-7-300-11390-6" in page
    desk.post(bulk("merge", pending, keep), {"keep": keep.pk})
    pending.refresh_from_db()
    assert pending.merged_into == keep


def test_all_means_those_that_the_list_shows(desk: Client, pending: Title, alice: Reader, now: datetime) -> None:
    other = titles.add_by_hand(facts=factories.facts("围城"), actor=alice, now=now)
    url = reverse("wagtail_bulk_action", args=["personal_catalog", "title", "approve"])
    desk.post(f"{url}?q=鸟类&status=pending&id=all")
    for title in (pending, other):
        title.refresh_from_db()
    assert (pending.status, other.status) == (Title.Status.APPROVED, Title.Status.PENDING)


@pytest.fixture
def among_many(pending: Title, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Title:
    """Two titles are looked at, and three newer ones have its word, too."""
    monkeypatch.setattr(engines, "CANDIDATES", 2)
    for number in range(3):
        factories.title(f"鸟类{number}", now=now)
    return pending


def test_a_filter_looks_among_all_titles(desk: Client, among_many: Title) -> None:
    page = desk.get(reverse(LIST), {"q": "鸟类", "status": "pending"}).content.decode()
    assert "校园鸟类" in page
    assert "titles that match" not in page
    desk.post(
        f"{reverse('wagtail_bulk_action', args=['personal_catalog', 'title', 'approve'])}?q=鸟类&status=pending&id=all"
    )
    among_many.refresh_from_db()
    assert among_many.status == Title.Status.APPROVED


def test_what_was_not_looked_at_is_told(desk: Client, among_many: Title) -> None:
    Title.objects.update(status=Title.Status.PENDING)
    all_of_them = f"{reverse('wagtail_bulk_action', args=['personal_catalog', 'title', 'approve'])}?q=鸟类&id=all"
    for url in (f"{reverse(LIST)}?q=鸟类", all_of_them):
        page = desk.get(url, headers={"accept-language": "en"}).content.decode()
        assert "Only 2 of the titles that match were looked at." in page


def test_a_question_too_broad_is_told(desk: Client, pending: Title, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "search_titles", mock.Mock(side_effect=engines.SearchTimedOut))
    page = desk.get(reverse(LIST), {"q": "鸟类"}, headers={"accept-language": "en"}).content.decode()
    assert "too broad" in page


@pytest.mark.parametrize("chosen", ["id=all", "&".join(f"id={n}" for n in range(11))])
def test_only_a_few_chosen_by_hand_are_merged(desk: Client, pending: Title, chosen: str) -> None:
    url = reverse("wagtail_bulk_action", args=["personal_catalog", "title", "merge"])
    answer = desk.post(f"{url}?{chosen}", {"keep": pending.pk})
    assert answer["Location"] == reverse(LIST)
    assert not Title.objects.filter(status=Title.Status.MERGED).exists()


def test_a_title_typed_by_hand_is_rejected_with_a_reason(desk: Client, pending: Title) -> None:
    url = reverse("catalog-reject", args=[pending.pk])
    assert desk.post(url, {"reason": " "}).status_code == 200
    assert desk.post(url, {"reason": "Not a book"})["Location"] == reverse("catalog-queue")
    pending.refresh_from_db()
    assert pending.status == Title.Status.REJECTED
    assert desk.get(url)["Location"] == reverse("catalog-queue")


def test_records_alike_are_offered_and_compared_before_they_are_merged(
    desk: Client, pending: Title, alice: Reader, now: datetime
) -> None:
    keep = factories.title("校园鸟类志", now=now, year=2001)
    factories.copy(alice, of=pending, now=now)
    assert f"id={keep.pk}" in desk.get(reverse("catalog-merge", args=[pending.pk])).content.decode()
    weights = [w.count for w in desk.get(bulk("merge", pending, keep)).context["comparison"].weights[1]]
    assert weights == [1]
    desk.post(bulk("merge", pending, keep), {"keep": keep.pk, "reason": "The same book"})
    assert TitleMerge.objects.get().reason == "The same book"


def test_a_merger_is_taken_back_from_its_page(desk: Client, lin: Reader, pending: Title, now: datetime) -> None:
    keep = factories.title("校园鸟类志", now=now)
    merging.merge_titles(keep_id=keep.pk, merge_ids=[pending.pk], actor=lin, now=now)
    url = reverse("catalog-undo", args=[TitleMerge.objects.get().pk])
    history = reverse("wagtailsnippets_personal_catalog_title:history", args=[keep.pk])
    for page in (history, reverse("catalog-queue")):
        assert url in desk.get(page).content.decode()
    assert desk.get(url).status_code == 200
    assert desk.post(url, {"reason": "Two books"})["Location"] == history
    pending.refresh_from_db()
    assert pending.status == Title.Status.PENDING


def test_a_title_is_split_on_its_page(desk: Client, pending: Title, alice: Reader, now: datetime) -> None:
    copy = factories.copy(alice, of=pending, now=now)
    url = reverse("catalog-split", args=[pending.pk])
    said = {"title": "校园昆虫", "creators": "某人", "reason": "Two books"}
    assert desk.post(url, said).status_code == 200
    desk.post(url, {**said, "copies": [copy.pk]})
    copy.refresh_from_db()
    assert (copy.title.title, copy.title.creators) == ("校园昆虫", ["某人"])


def test_a_proposal_is_taken_over_by_one_button(desk: Client, now: datetime) -> None:
    title = factories.title("普通心理学", now=now, subjects=[])
    page = desk.get(reverse("catalog-queue-of", args=["no-class"])).content.decode()
    assert 'value="B84"' in page
    propose = reverse("catalog-propose", args=[title.pk])
    desk.post(propose, {"field": "clc", "value": "B84", "why": "the title"})
    desk.post(propose, {"field": "subjects", "value": "心理学", "why": "the title"})
    title.refresh_from_db()
    assert (title.clc, title.subjects) == ("B84", ["心理学"])


def test_titles_that_show_a_typeset_cover_wait_for_a_picture(desk: Client, now: datetime) -> None:
    title = factories.title(now=now)
    cover = reverse("catalog-cover", args=[title.pk])
    queue = reverse("catalog-queue-of", args=["no-cover"])
    assert cover in desk.get(queue).content.decode()
    desk.post(cover, {"picture": SimpleUploadedFile("cover.png", sent_pictures.png(200, 300))})
    assert cover not in desk.get(queue).content.decode()


@pytest.fixture
def asked_about(desk: Client, alice: Reader, lin: Reader, now: datetime) -> Title:
    """A title that a reader has flagged, of which a source says another year, and which has a likely double."""
    title = factories.title(now=now, isbns=[PROCRASTINATION], year=2009)
    Title.objects.create(title="拖延 心理学", creators=["简·博克"], match_key=title.match_key, updated_at=now)
    flags.flag_title(title=title, reader=alice, kind="wrong", note="The year", now=now)
    conflicts.note(title, factories.facts(year=2011), source="open_library", now=now)
    list(doubles.look(now=now, seconds=5))
    return title


def test_what_was_found_and_flagged_waits_in_its_queue_until_it_is_decided(desk: Client, asked_about: Title) -> None:
    for code, url, row, answer in (
        ("flags", "catalog-flag", TitleFlag.objects.get(), "settled"),
        ("conflicts", "catalog-conflict", FieldConflict.objects.get(), "take"),
        ("doubles", "catalog-double", LikelyDouble.objects.get(), "x"),
    ):
        assert asked_about.title in desk.get(reverse("catalog-queue-of", args=[code])).content.decode()
        desk.post(reverse(url, args=[row.pk]), {answer: ""})
        page = desk.get(reverse("catalog-queue-of", args=[code])).content.decode()
        assert reverse(url, args=[row.pk]) not in page
    asked_about.refresh_from_db()
    assert asked_about.year == 2011


def test_the_first_page_has_the_queues_and_the_weeks_work(desk: Client, lin: Reader, pending: Title) -> None:
    titles.approve_title(title_id=pending.pk, actor=lin, now=timezone.now())
    (row,) = week.work(timezone.now())
    assert row[1:] == (1, 0)
    assert reverse("catalog-queue-of", args=["doubles"]) in desk.get(reverse("wagtailadmin_home")).content.decode()


def test_of_an_assistant_a_correction_waits_for_a_curator(client: Client, pending: Title) -> None:
    assistant = Reader.objects.create(username="assistant", is_staff=True)
    rights = ["access_admin", "view_title", "add_title", "propose_title"]
    assistant.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    client.force_login(assistant)
    client.post(reverse(EDIT, args=[pending.pk]), filled(pending, year="2001", reason="Colophon"))
    pending.refresh_from_db()
    suggestion = TitleSuggestion.objects.get()
    assert (pending.year, suggestion.changes, suggestion.reason) == (None, {"year": 2001}, "Colophon")
    assert client.get(reverse("catalog-queue")).status_code == 302


def test_a_locked_title_is_not_saved_and_versions_are_compared(
    desk: Client, lin: Reader, pending: Title, now: datetime
) -> None:
    desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, year="2001", reason="Colophon"))
    first, second = pending.revisions.order_by("pk")
    compare = "wagtailsnippets_personal_catalog_title:revisions_compare"
    assert "2001" in desk.get(reverse(compare, args=[pending.pk, first.pk, second.pk])).content.decode()
    Title.objects.filter(pk=pending.pk).update(locked=True, locked_at=now, locked_by=factories.curator("Mo"))
    desk.post(reverse(EDIT, args=[pending.pk]), filled(pending, year="1999"))
    pending.refresh_from_db()
    assert pending.year == 2001


def test_an_authority_list_is_kept_in_the_admin(desk: Client, lin: Reader) -> None:
    add = reverse("wagtailsnippets_personal_catalog_heading:add")
    desk.post(add, {"kind": "creator", "name": "马克·吐温", "variants": "Mark Twain\nSamuel Clemens", "note": ""})
    heading = Heading.objects.get()
    assert heading.names.count() == 3
    assert desk.post(add, {"kind": "creator", "name": "mark twain", "variants": ""}).status_code == 200
    assert "马克" in desk.get(reverse("wagtailsnippets_personal_catalog_heading:list"), {"q": "Twain"}).content.decode()


def test_every_decision_of_the_queue_stands_in_the_log(desk: Client, pending: Title, lin: Reader) -> None:
    desk.post(reverse("catalog-approve", args=[pending.pk]))
    entry = ModelLogEntry.objects.get(action="personal_catalog.approve")
    assert (entry.object_id, entry.user) == (str(pending.pk), lin)


def test_who_may_only_look_gets_no_boxes_to_tick(client: Client, pending: Title) -> None:
    clerk = Reader.objects.create(username="clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_title"]))
    client.force_login(clerk)
    page = client.get(reverse(LIST)).content.decode()
    assert "校园鸟类" in page
    assert "data-bulk-action-checkbox" not in page


def test_the_queue_has_what_was_typed_and_what_was_suggested(
    desk: Client, pending: Title, alice: Reader, now: datetime
) -> None:
    title = factories.title("围城", now=now, year=1980)
    suggestion = curation.suggest_correction(title=title, reader=alice, changes={"year": 1991}, now=now)
    assert suggestion is not None
    assert "校园鸟类" in desk.get(reverse("catalog-queue-of", args=["typed"])).content.decode()
    assert "1991" in desk.get(reverse("catalog-queue-of", args=["corrections"])).content.decode()
    desk.post(reverse("catalog-approve", args=[pending.pk]))
    desk.post(reverse("catalog-decide", args=[suggestion.pk]), {"accept": ""})
    page = desk.get(reverse("catalog-queue")).content.decode()
    assert reverse("catalog-approve", args=[pending.pk]) not in page
    title.refresh_from_db()
    assert title.year == 1991


def test_what_a_reader_typed_is_text_in_the_admin(desk: Client, alice: Reader, now: datetime) -> None:
    """T-L3"""
    titles.add_by_hand(facts=factories.facts("<script>alert(1)</script>"), actor=alice, now=now)
    for url in (reverse(LIST), reverse("catalog-queue")):
        assert "<script>alert(1)" not in desk.get(url).content.decode()


def test_staff_without_the_permission_and_readers_stay_outside(client: Client, pending: Title, alice: Reader) -> None:
    client.force_login(alice)
    client.post(reverse("catalog-approve", args=[pending.pk]))
    client.post(bulk("approve", pending))
    client.get(reverse("catalog-queue"))
    pending.refresh_from_db()
    assert pending.status == Title.Status.PENDING
