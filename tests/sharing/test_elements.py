"""Each element renders in both languages with the marks its style sheet and a screen reader rest on."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace as Row

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

LANGUAGES = ("en", "zh-hans")
TEMPLATES = Path(settings.BASE_DIR) / "templates"
HAN = re.compile(r"[\u3400-\u9fff]")


def element(name: str, language: str = "en", **context: object) -> str:
    request = RequestFactory().get("/somewhere/?q=运筹学")
    request.user = AnonymousUser()
    with translation.override(language):
        return render_to_string(f"elements/{name}.html", context, request)


class BookForm(forms.Form):
    isbn = forms.CharField(label="ISBN", help_text="Ten or thirteen digits", widget=forms.TextInput({"class": "num"}))
    mode = forms.ChoiceField(label="Mode", choices=[("lend", "Lend"), ("gift", "Give")], widget=forms.RadioSelect)
    shared = forms.BooleanField(label="Shared computer", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.fixture
def wrong() -> BookForm:
    return BookForm({"isbn": "", "mode": ""})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_has_its_label_hint_and_class(language: str) -> None:
    shown = element("field", language, field=BookForm()["isbn"])
    assert '<label for="id_isbn">' in shown
    assert 'class="input num"' in shown
    assert 'aria-describedby="id_isbn_helptext"' in shown
    assert "data-invalid" not in shown


def test_a_wrong_field_says_so_in_words_above_itself(wrong: BookForm) -> None:
    shown = element("field", field=wrong["isbn"])
    assert "data-invalid" in shown
    assert 'aria-invalid="true"' in shown
    assert shown.index('id="id_isbn_error"') < shown.index("<input")


def test_choices_are_whole_rows_in_a_named_group() -> None:
    shown = element("field", field=BookForm()["mode"])
    assert "<legend" in shown
    assert shown.count('class="choice"') == 2


def test_a_tick_is_a_row_of_its_own_and_a_hidden_field_is_silent() -> None:
    assert 'class="choice"' in element("field", field=BookForm()["shared"])
    assert "label" not in element("field", field=BookForm()["secret"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_leads_to_each_wrong_field(language: str, wrong: BookForm) -> None:
    shown = element("errors", language, form=wrong)
    assert 'role="alert"' in shown
    assert 'href="#id_isbn"' in shown
    assert 'href="#id_mode_0"' in shown
    assert element("errors", language, form=BookForm()).strip() == ""


def test_a_whole_form_is_protected_and_keeps_its_order(wrong: BookForm) -> None:
    shown = element("form", form=wrong, button="List")
    assert "csrfmiddlewaretoken" in shown
    assert shown.index('class="errors"') < shown.index('for="id_isbn"') < shown.index("<button")


@pytest.mark.parametrize(("language", "word"), [("en", "Lending slip"), ("zh-hans", "流通单")])
def test_a_slip_tells_past_next_and_later(language: str, word: str, now: datetime) -> None:
    rows = [
        Row(at=now - timedelta(days=1), what="Request", note="Put to you", state=""),
        Row(at=now, what="Handover", state="next"),
        Row(at=None, when="then", beside="about 1 min", what="Transfer", state="later"),
    ]
    shown = element("slip", language, rows=rows, no="L-26-004171", live=True)
    assert word in shown
    assert shown.count("<li") == 3
    assert "data-next" in shown
    assert 'aria-current="step"' in shown
    assert "data-later" in shown
    assert 'id="slip"' in shown
    assert "data-live" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ticket_reads_its_code_digit_by_digit(language: str, now: datetime) -> None:
    shown = element("ticket", language, pin="407192", qr="https://example.org/x", seconds=522, at=now, place="Gate")
    assert "4 0 7 1 9 2" in shown
    assert ">407 192<" in shown
    assert 'data-seconds="522"' in shown
    assert "{minutes}" in shown
    assert "data-awake" in shown


def test_a_conversation_is_a_log_without_room_for_markup(now: datetime) -> None:
    """T-R6, T-R7"""
    said = Row(seq=1, mine=False, name="Wutong", at=now, text='<b hx-get="/x/">hello</b>')
    shown = element("talk", bubbles=[said], url="/say/", quick=["Yes"])
    assert 'role="log"' in shown
    assert 'id="m1"' in shown
    assert "<b hx-get" not in shown


def test_a_closed_conversation_has_no_field(now: datetime) -> None:
    assert "<form" not in element("talk", bubbles=[], url="", closed="This conversation has ended.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pager_keeps_the_filters(language: str) -> None:
    shown = element("pager", language, page=Paginator(range(38), 20).page(1))
    assert "38" in shown
    assert "page=2" in shown
    assert "q=" in shown


def test_one_row_is_no_range() -> None:
    assert "1–1" not in element("pager", page=Paginator(range(1), 20).page(1))


def test_the_pager_of_a_short_list_has_no_buttons() -> None:
    assert "button" not in element("pager", page=Paginator(range(3), 20).page(1))


def test_a_book_row_links_its_title_and_marks_the_language() -> None:
    title = Row(
        pk=1, title="运筹学", language_tag="zh-Hans", creators=["钱颂迪"], cover_seed="x", get_absolute_url="/t/1/"
    )
    shown = element(
        "book", title=title, meta="清华大学出版社", chips=[{"kind": "free", "says": "2 to borrow"}], hint="Near"
    )
    assert '<a class="stretched" href="/t/1/" lang="zh-Hans">运筹学</a>' in shown
    assert 'class="chip chip-free"' in shown


def test_notices_chips_labels_and_empty_shelves_render() -> None:
    assert 'role="alert"' in element("notice", kind="stop", bold="Down.", says="We try again.")
    assert "notice-good" in element("notice", kind="good", says="Found.")
    assert "TP274<br>M204" in element("spine", call_number="TP274 M204")
    assert 'aria-hidden="true"' in element("seal")
    assert 'href="/add/"' in element("empty", heading="Nothing listed yet", url="/add/", action="Scan", sign="scan")


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_frame_speaks_one_language(client: Client, language: str, tag: str) -> None:
    answer = client.get("/there-is-no-such-page/", headers={"accept-language": language}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{tag}"' in page
    body = re.sub(r'<svg width="0".*?</svg>|<button class="tool".*?</button>', "", page, flags=re.S)
    assert bool(HAN.search(body)) is (tag == "zh-Hans")


@pytest.mark.django_db
def test_the_frame_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/there-is-no-such-page/", follow=True).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    assert len(page) < 8_000


@pytest.mark.django_db
def test_a_signed_out_visitor_costs_the_frame_one_query(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(3):  # the library's name; the other two look for redirects and the CMS page
        client.get("/there-is-no-such-page/")


@pytest.mark.parametrize("name", ["400.html", "500.html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_pages_need_neither_database_nor_session(name: str, language: str) -> None:
    """T-F4"""
    with translation.override(language):
        assert "</html>" in render_to_string(name)


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="i-(\w+)"', (Path(settings.BASE_DIR) / "static/icons.svg").read_text()))
    named = {
        icon for file in TEMPLATES.rglob("*.html") for icon in re.findall(r'{% icon "(\w+)"', file.read_text("utf-8"))
    }
    assert named - sprite == set()


def test_no_template_of_ours_carries_inline_script_or_style() -> None:
    """What search engines read of a title is data, not script; letters and the file of one's own data come without a style sheet."""
    for file in TEMPLATES.rglob("*.html"):
        if "emails" not in file.parts and file != TEMPLATES / "sharing/my_data/export.html":
            found = re.search(
                r"<script(?![^>]*\bsrc=| type=.application/ld\+json)|<style|\sstyle=\"|\son\w+=\"",
                file.read_text("utf-8"),
            )
            assert not found, f"{file}: {found}"


def test_what_is_the_same_for_everybody_knows_nothing_of_a_reader() -> None:
    part = Template("{% same %}{{ user }}{% translate 'Search' %}{% endsame %} {{ user }}")
    with translation.override("en"):
        said = [part.render(Context({"user": name})) for name in ("Alice", "Bob")]
    with translation.override("zh-hans"):
        assert part.render(Context({"user": "Alice"})) == "检索 Alice"
    assert said == ["Search Alice", "Search Bob"]
