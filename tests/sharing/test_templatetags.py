"""What the tags and filters of every template say, in both languages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from sharing.templatetags import bookrelay
from tests import blanks

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def at_now(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def render(source: str, language: str = "en", **context: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "chinese", "english"),
    [
        ("{{ when|stamp_date }}", "2026.11.25", "25 NOV 2026"),
        ("{{ when|stamp_time }}", "09:40", "09:40"),
        ("{{ when|long_date }}", "11 月 25 日", "25 November"),
        ("{{ when|full_date }}", "11 月 25 日，星期三", "Wednesday, 25 November"),
        ("{{ when|near_date }}", "明天", "tomorrow"),
        ("{{ when|near_time }}", "明天 09:40", "tomorrow 09:40"),
        ("{{ when|days_left }}", "还有 1 天", "1 day left"),
        ("{{ when|time_left }}", "23 小时", "23 h"),
    ],
)
def test_a_date_is_written_as_each_language_writes_it(source: str, chinese: str, english: str, now: datetime) -> None:
    when = now + timedelta(hours=23, minutes=40)
    assert render(source, "zh-hans", when=when) == chinese
    assert render(source, "en", when=when) == english


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (-1, "昨天", "yesterday"),
        (0, "今天", "today"),
        (6, "周一", "Monday"),
        (7, "12 月 1 日", "1 December"),
        (40, "2027 年 1 月 3 日", "3 January 2027"),
    ],
)
def test_a_date_within_the_week_is_a_weekday(days: int, chinese: str, english: str, now: datetime) -> None:
    when = now + timedelta(days=days)
    assert render("{{ when|near_date }}", "zh-hans", when=when) == chinese
    assert render("{{ when|near_date }}", when=when) == english


def test_a_time_is_shown_in_the_library_zone() -> None:
    assert render("{{ when|stamp_time }}", when=datetime.fromisoformat("2026-11-24T20:30:00+00:00")) == "04:30"


def test_nothing_is_said_of_no_date() -> None:
    assert render("{{ x|near_time }}{{ x|stamp_date }}{{ x|days_left }}{% stamp x %}", x=None) == ""


@pytest.mark.parametrize(("days", "red"), [(-2, True), (3, True), (4, False)])
def test_a_binding_date_is_red_from_three_days_before(days: int, red: bool, now: datetime) -> None:
    shown = render("{% stamp when binding=True %}", when=now + timedelta(days=days))
    assert ("stamp-due" in shown) is red


def test_a_date_that_does_not_bind_is_never_red(now: datetime) -> None:
    assert "stamp-due" not in render("{% stamp when %}", when=now)


def test_lateness_is_counted_in_days(now: datetime) -> None:
    when = now - timedelta(days=2)
    assert render("{{ when|days_left }}", "zh-hans", when=when) == "逾期 2 天"
    assert render("{{ when|days_left }}", when=when) == "2 days late"


def test_a_chinese_title_is_marked_in_an_english_page() -> None:
    assert render("{{ t|booktitle }}", t="拖延心理学") == '“<span lang="zh-Hans">拖延心理学</span>”'
    assert render("{{ t|booktitle }}", "zh-hans", t="拖延心理学") == "《拖延心理学》"


def test_a_title_knows_its_language() -> None:
    title = SimpleNamespace(title="Sapiens", language_tag="en")
    assert render("{{ t|booktitle }}", "zh-hans", t=title) == '《<span lang="en">Sapiens</span>》'
    assert render("<b{{ t|lang_attr }}>", "zh-hans", t=title) == '<b lang="en">'
    assert render("<b{{ t|lang_attr }}>", "en", t=title) == "<b>"


def test_the_title_of_a_copy_is_its_book() -> None:
    copy = SimpleNamespace(title=SimpleNamespace(title="三体", language_tag="zh-Hans"))
    assert render("{{ c|booktitle_text }}", "zh-hans", c=copy) == "《三体》"


def test_title_marks_inside_a_title_turn_single() -> None:
    assert render("{{ t|booktitle }}", "zh-hans", t="《红楼梦》研究") == "《〈红楼梦〉研究》"


def test_markup_in_a_title_is_shown_as_typed() -> None:
    """T-R6"""
    shown = render("{{ t|booktitle }}<b{{ t|lang_attr }}>", t='<script>"三体"</script>')
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_an_icon_comes_from_the_one_sprite() -> None:
    shown = render('{% icon "search" %}{% icon "go" small=True %}')
    assert 'icons.svg#i-search"' in shown
    assert 'class="icon icon-s"' in shown


def test_a_cover_is_the_same_for_the_same_book() -> None:
    title = SimpleNamespace(title="运筹学", creators=["钱颂迪"], cover_seed="9787300113906")
    shown = render("{% cover t size=4 %}", t=title)
    assert shown.startswith('<span class="cover cover-4"><svg')
    assert shown == render("{% cover t size=4 %}", t=title)


def test_a_library_loan_has_a_cover_too() -> None:
    loan = SimpleNamespace(title="大数据时代", creators="维克托·迈尔-舍恩伯格", isbn13="9787213052545")
    assert "<svg" in render("{% cover loan %}", loan=loan)


def test_a_long_list_asks_for_covers_by_address() -> None:
    title = SimpleNamespace(pk=7, title="运筹学", creators=[], cover_seed="x")
    shown = render("{% cover t lazy=True %}", t=title)
    assert 'loading="lazy"' in shown
    assert "<svg" not in shown


def test_a_qr_code_has_a_name() -> None:
    shown = render('{% qr "https://example.org/scan/?code=1.ab" %}')
    assert 'role="img"' in shown
    assert "<svg" in shown


def test_a_code_is_grouped_to_be_read() -> None:
    assert render('{{ "407192"|spaced:3 }}') == "407 192"
    assert render('{{ "407192"|spaced }}') == "4 0 7 1 9 2"


def test_thousands_are_grouped_from_ten_thousand() -> None:
    assert render("{{ n|grouped }}", n=2318) == "2318"
    assert render("{{ n|grouped }}", n=1_234_567) == "1\u202f234\u202f567"


def test_an_undo_address_is_one_of_ours() -> None:
    """T-A5"""
    assert render("{{ m|undo_url }}", m=Message(25, "x", extra_tags="undo:/copies/7/undo/")) == "/copies/7/undo/"
    assert render("{{ m|undo_url }}", m=Message(25, "x", extra_tags="undo:https://example.org/")) == ""
    assert render("{{ m|undo_url }}", m=Message(25, "x")) == ""


def test_a_block_can_be_asked_whether_it_is_empty() -> None:
    source = (
        "{% capture back %}  {% block back %}{{ x }}{% endblock %} {% endcapture %}{% if back %}[{{ back }}]{% endif %}"
    )
    assert render(source, x="") == ""
    assert render(source, x="<") == "[&lt;]"


def test_a_lone_sign_of_a_call_number_gets_no_line_of_its_own() -> None:
    assert bookrelay.lines("B848.4/1") == ["B848.4/1"]
    assert bookrelay.lines("TP274 M204") == ["TP274", "M204"]


def test_a_chinese_name_in_an_english_sentence_is_marked_and_the_rest_escaped() -> None:
    assert bookrelay.names("<梧桐·二号> asks") == '&lt;<span lang="zh-Hans">梧桐·二号</span>&gt; asks'
    with translation.override("zh-hans"):
        assert bookrelay.names("梧桐") == "梧桐"


def test_chinese_sets_no_space_between_sentences_and_english_one() -> None:
    source = "{% for one in said %}{{ one }}{% gap one %}{% endfor %}"
    assert render(source, said=["Found.", "In print."]) == "Found. In print. "
    assert render(source, "zh-hans", said=["找到了。", "ISBN", "在册。"]) == "找到了。ISBN 在册。"


def test_what_is_put_between_han_gets_the_space_that_it_needs() -> None:
    assert bookrelay.among_han("Bob") == "Bob"
    with translation.override("zh-hans"):
        assert bookrelay.among_han("蓝色单车") == "蓝色单车"
        assert bookrelay.among_han(mark_safe("<b>Bob</b>")) == " <b>Bob</b> "
        assert bookrelay.among_han("明天 15:10") == "明天 15:10 "
        assert bookrelay.among_han("<i>") == "&lt;i&gt;"


@pytest.mark.parametrize("folder", ["sharing", "personal_catalog", "library_bridge", "incentives", "elements"])
def test_sentences_are_joined_by_a_gap_that_knows_the_language(folder: str) -> None:
    assert blanks.in_templates(folder) == []
