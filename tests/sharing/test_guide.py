"""Guide, rules and privacy: written by librarians, made from the policy, and true."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from library_bridge.management.commands.messages import read
from sharing.demo.guide_en import PAGES as ENGLISH
from sharing.demo.guide_zh import PAGES as CHINESE
from sharing.models import CirculationPolicy, GuidePage, HomePage
from tests.sharing.conftest import World
from tests.sharing.pages import get


def guide() -> GuidePage:
    """A page under the root that each language is given."""
    home = HomePage.objects.get(locale__language_code="en")
    page = GuidePage(title="Lend your first book", slug="lend-your-first", lead="Ten seconds.")
    page.body = [("heading", "Scan"), ("steps", ["Take the book", "Scan the back"])]
    return home.add_child(instance=page)


def test_without_a_guide_the_rules_are_shown(world: World):
    HomePage.objects.update(live=False)
    assert get("/guide/", now=world.now).response.url == "/rules/"


def test_the_guide_opens_in_the_readers_language(world: World):
    page = guide()
    start = get("/guide/", now=world.now).response.url
    assert start.endswith("/en/")
    index = get(start.replace("http://localhost", ""), now=world.now)
    assert "Lend your first book Ten seconds." in index
    shown = get(page.url, now=world.now)
    assert "Take the book Scan the back" in shown


def test_the_rules_are_the_policys_own_figures(world: World):
    policy = CirculationPolicy.load()
    policy.answer_window_hours, policy.loan_days, policy.wave_size = 36, 45, 1
    policy.save()
    page = get("/rules/", now=world.now)
    assert "Each has 36 hours to answer" in page
    assert "A loan runs 45 days from the handover." in page
    assert "One holder is asked at a time" in page
    assert "between 22:00 and 08:00" in page


def test_privacy_can_be_read_by_anyone(world: World):
    page = get("/privacy/", now=world.now + timedelta(days=1))
    assert "No name and no picture" in page
    assert "30 days" in page


def words_of(part: Any) -> str:
    if isinstance(part, str):
        return part
    return "\n".join(words_of(one) for one in (part.values() if isinstance(part, dict) else part))


def messages(language: str) -> set[str]:
    """What stands on buttons and headings, as the catalogues have it."""
    all_of_them = (message for app in settings.OUR_APPS for message in read(app))
    return {str(one.id if language == "en" else one.string).casefold() for one in all_of_them}


@pytest.mark.parametrize(("language", "pages"), [("en", ENGLISH), ("zh-hans", CHINESE)])
def test_what_the_guide_names_stands_on_the_pages_so(language: str, pages: Any):
    named = re.findall("“([^”]+)”", words_of(pages))
    assert len(named) >= 6
    assert not [label for label in named if label.casefold() not in messages(language)]


def test_the_chinese_guide_quotes_and_names_things_as_the_pages_do():
    assert not re.search("[「」]|密码|区域|园区|标签", words_of(CHINESE))
