"""The list of several books as the page's own script keeps it."""

import os

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.service import Service
from tests.journeys.test_two_people import ALICE, Person
from tests.journeys.words import Words

pytestmark = [pytest.mark.browser, *([] if "SOAK" in os.environ else [pytest.mark.any_database])]

TWO_EDITIONS = """
from django.utils import timezone
from personal_catalog import titles
from personal_catalog.facts import typed
for number in ("9787111987659", "9787111987666"):
    facts = typed({"title": "某书二版", "creators": ["某人"], "isbns": [number]})
    titles.find_or_create(facts=facts, source="library", now=timezone.now())
"""


def test_two_editions_of_a_title_stand_on_the_list_together(service: Service, visit: Visit) -> None:
    """Typed twice it is one row; once its edition is chosen, it is another."""
    service.manage("shell", "--verbosity", "0", "-c", TWO_EDITIONS)
    alice = Person(visit(), Words("en-GB"))
    alice.sign_in(ALICE)
    alice.page.goto("/add/several/")
    rows = alice.page.locator("[data-list] > [data-book]")
    heard = alice.page.locator("[data-heard]")
    new, twice = "On the list: 某书二版", "It is on the list already."
    for chosen, says, there in ((False, new, 1), (False, twice, 1), (True, new, 2), (False, twice, 2)):
        if chosen:
            rows.first.get_by_role("radio").first.check()
        alice.page.get_by_label("ISBN or title").fill("某书二版")
        alice.page.keyboard.press("Enter")
        expect(heard).to_contain_text(says)
        expect(rows).to_have_count(there)
    rows.first.get_by_role("radio").nth(1).check()
    alice.press("Put these books on the shelf")
    expect(alice.page.get_by_text("2 books listed")).to_be_visible()
