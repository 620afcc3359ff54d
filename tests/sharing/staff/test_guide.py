"""A librarian writes a page of the guide, has it translated, and publishes both."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from library_bridge.models import Reader
from sharing import roles
from sharing.models import GuidePage, HomePage
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(world: World) -> Reader:
    """A librarian by the group, as in life."""
    roles.ensure_roles()
    made = factories.reader("Editor", is_staff=True)
    made.groups.add(Group.objects.get(name="Librarians"))
    return made


def root(language: str) -> HomePage:
    return HomePage.objects.get(locale=Locale.objects.get(language_code=language))


def written(title: str, slug: str, lead: str, text: str) -> dict[str, object]:
    body = streamfield([("heading", "1"), ("text", rich_text(f"<p>{text}</p>"))])
    form: dict[str, object] = nested_form_data({"title": title, "slug": slug, "lead": lead, "body": body})
    return {**form, "action-publish": "1", "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}


def made(editor: Reader) -> GuidePage:
    address = reverse("wagtailadmin_pages:add", args=["sharing", "guidepage", root("zh-hans").pk])
    answer = browser(editor).post(address, written("怎样交接", "jiaojie", "三步就好", "先约时间和地点。"))
    assert answer.status_code == 302
    return GuidePage.objects.get(slug="jiaojie")


def translated(page: GuidePage, editor: Reader) -> GuidePage:
    english = Locale.objects.get(language_code="en")
    address = reverse("simple_translation:submit_page_translation", args=[page.pk])
    answer = browser(editor).post(address, {"locales": [english.pk], "include_subtree": ""})
    copy: GuidePage = GuidePage.objects.get(locale=english, translation_key=page.translation_key)
    assert answer.headers["Location"] == reverse("wagtailadmin_pages:edit", args=[copy.pk])
    return copy


def test_a_page_is_written_and_published_at_once(editor: Reader) -> None:
    page = made(editor)
    assert page.live
    assert "先约时间和地点。" in browser(language="zh-CN").get(page.get_url()).content.decode()


def test_its_translation_waits_unpublished_below_the_other_root(editor: Reader) -> None:
    copy = translated(made(editor), editor)
    assert not copy.live
    assert copy.get_parent().pk == root("en").pk


def test_both_languages_stand_published_at_their_own_addresses(editor: Reader) -> None:
    page = made(editor)
    copy = translated(page, editor)
    form = written("How to hand a book over", "handing-over", "Three steps", "Agree on a time and a place first.")
    browser(editor).post(reverse("wagtailadmin_pages:edit", args=[copy.pk]), form)
    copy.refresh_from_db()
    assert copy.live
    assert copy.get_url() != page.get_url()
    english = browser().get(copy.get_url())
    assert "Agree on a time and a place first." in english.content.decode()
    assert "先约时间和地点。" in browser(language="zh-CN").get(page.get_url()).content.decode()


def test_what_an_editor_types_is_text_not_markup_t_l3(editor: Reader) -> None:
    address = reverse("wagtailadmin_pages:add", args=["sharing", "guidepage", root("en").pk])
    browser(editor).post(address, written("X", "x", "<script>alert(1)</script>", "&lt;img src=x onerror=alert(2)&gt;"))
    html = browser().get(GuidePage.objects.get(slug="x").get_url()).content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html


def test_staff_without_the_right_write_nothing(world: World) -> None:
    charlie = factories.reader("Charlie", is_staff=True)
    charlie.user_permissions.add(Permission.objects.get(codename="access_admin"))
    address = reverse("wagtailadmin_pages:add", args=["sharing", "guidepage", root("en").pk])
    browser(charlie).post(address, written("X", "x", "", "y"))
    assert not GuidePage.objects.exists()


def test_a_preview_may_be_framed_by_the_desk_and_by_nobody_else(editor: Reader) -> None:
    page, client = made(editor), browser(editor)
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    client.post(address, written("怎样交接", "jiaojie", "三步就好", "改好的句子。"))
    answer = client.get(address, {"in_preview_panel": "true"})
    assert "改好的句子。" in answer.content.decode()
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in answer.headers["Content-Security-Policy"]
