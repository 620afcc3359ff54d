"""axe-core on every page, in both languages, light and dark, phone and desk."""

import json
from collections.abc import Callable
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.journeys.service import Service
from tests.journeys.test_two_people import ALICE, BOB, Person
from tests.journeys.words import Words

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

PAGES = """
import json
from django.utils import timezone
from incentives.models import Voucher
from library_bridge.models import Patron
from personal_catalog import imports
from personal_catalog.models import Copy, Title
from sharing.models import Ask, Conversation, GuidePage, Lending, Request
reader = Patron.objects.get(card_number=%r).reader
found = ["/", "/shelf/", "/todo/", "/points/", "/me/", "/notifications/"]
if %r:
    found += ["/search/?q=心理", "/search/?q=qqqqzzzz", "/add/", "/add/?isbn=9787300113906", "/add/?isbn=9787300113907",
              "/add/?by_hand=1", "/shelf/labels/", "/leaderboards/", "/rewards/", "/scan/", "/rules/", "/privacy/", "/guide/",
              "/add/several/", "/import/", "/points/entries/", "/leaderboards/take-part/", "/leaderboards/former/", "/no-such-page/"]
    found += [page.url for page in GuidePage.objects.live().order_by("pk")[::5]]
job = imports.start_import(
    reader=reader, content="title,author\\n图书馆学导论,学会\\n,nobody\\n".encode(), format="csv", mode="lend", now=timezone.now()
)
copy = Copy.objects.filter(owner=reader).order_by("pk")[0]
found += [f"/import/{job.pk}/", f"/copies/{copy.pk}/", f"/c/{copy.code}/"]
found += [f"/vouchers/{code}/" for code in Voucher.objects.filter(reader=reader).values_list("code", flat=True)[:1]]
found += [f"/conversations/{pk}/" for pk in Conversation.objects.visible_to(reader).values_list("pk", flat=True)[:1]]
found += [f"/titles/{Title.objects.get(isbns__isbn13='9787300113906').pk}/"]
found += [f"/asks/{pk}/" for pk in Ask.objects.visible_to(reader).waiting().values_list("pk", flat=True)[:1]]
found += [f"/requests/{pk}/" for pk in Request.objects.visible_to(reader).filter(status="open").values_list("pk", flat=True)[:1]]
for status in Lending.Status.values:
    found += [f"/lendings/{pk}/" for pk in Lending.objects.visible_to(reader).filter(status=status).values_list("pk", flat=True)[:1]]
print(json.dumps(found))
"""
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # what passes is not listed: half the time
    "preload": False,  # the pages show no film, and no style from elsewhere
}
AXE = Axe()
PIN = "246810"


@pytest.fixture(scope="module")
def pages_of(service: Service) -> Callable[[str], list[str]]:
    """By card. What looks the same for everybody is looked at once a language and scheme, as Alice."""

    @cache
    def found(card: str) -> list[str]:
        script = PAGES % (card, card == ALICE)
        pages: list[str] = json.loads(service.manage("shell", "--verbosity", "0", "-c", script).splitlines()[-1])
        return pages

    return found


def _stretch(page: Page) -> None:
    """The whole page at once: axe takes a button for small that the navigation covers until one scrolls."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": height + 80})


def _violations(page: Page, address: str) -> list[str]:
    page.goto(address)
    _stretch(page)
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{address}: {each['id']} at {each['nodes'][0]['target']}" for each in found]


@pytest.mark.parametrize(
    ("card", "size", "language", "scheme"),
    [
        (ALICE, "phone", "zh-CN", "light"),
        (ALICE, "desk", "en-GB", "dark"),
        (BOB, "phone", "en-GB", "light"),
        (BOB, "desk", "zh-CN", "dark"),
    ],
)
def test_axe_finds_nothing(
    pages_of: Callable[[str], list[str]], visit: Visit, card: str, size: str, language: str, scheme: str
) -> None:
    person = Person(visit(size=size, language=language, scheme=scheme), Words(language))
    found = _violations(person.page, "/sign-in/") + _violations(person.page, "/")
    person.sign_in(card)
    for address in pages_of(card):
        found += _violations(person.page, address)
    assert not found, "\n".join(found)


COVERED = """() => {
  const focus = document.activeElement, dock = document.querySelector(".dock");
  if (!focus || focus === document.body || dock.contains(focus) || focus.closest(".nav")) return "";
  const {top, bottom} = (focus.closest("label") || focus).getBoundingClientRect();
  const bar = dock.getBoundingClientRect();
  return Math.min(bottom, top + 24) > bar.top && top < bar.bottom ? focus.outerHTML.slice(0, 80) : "";
}"""


def test_what_has_the_focus_never_lies_behind_the_dock(visit: Visit) -> None:
    person = Person(visit(size="phone"), Words("en-GB"))
    person.sign_in(ALICE)
    person.page.goto("/add/?isbn=9787300113906")
    found = []
    for _stop in range(30):
        person.page.keyboard.press("Tab")
        found.append(person.page.evaluate(COVERED))
    assert not [one for one in found if one]


DESK = """
import json
from personal_catalog.models import Title
title = Title.objects.order_by("pk")[0].pk
found = ["/admin/", "/admin/catalogue/queue/typed/", "/admin/catalogue/queue/no-cover/", "/admin/catalogue/import/", "/admin/purchases/"]
found += ["/admin/mails/", "/admin/lendings/", "/admin/trail/", f"/admin/snippets/personal_catalog/title/history/{title}/"]
found += [f"/admin/catalogue/titles/{title}/{what}/" for what in ("merge", "split")] + [f"/admin/catalogue/covers/{title}/"]
print(json.dumps(found))
"""
OURS = {**RULES, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def desk(visit: Visit) -> Page:
    """Lin's, on a phone."""
    page = visit(size="phone", language="zh-CN")
    page.goto("/admin/login/")
    page.fill("input[name=username]", "lin")
    page.fill("input[name=password]", PIN)
    page.locator("form [type=submit]").last.click()
    page.wait_for_url("**/admin/")
    return page


LISTS = ("snippets/personal_catalog/title", "lendings", "requests", "trail", "transfers", "circulation-rules")


def test_the_lists_of_the_desk_are_no_wider_than_a_phone(desk: Page) -> None:
    """Each row is a card, and every cell says which it is; also once the list has been searched."""
    for name in LISTS:
        desk.goto(f"/admin/{name}/")
        assert _cards(desk), f"{name} is wider than a phone"
    desk.goto(f"/admin/{LISTS[0]}/")
    with desk.expect_response("**/results/**"):
        desk.locator("#id_q").fill("心理")
    desk.wait_for_function("document.querySelectorAll('table.listing tbody tr').length < 20")
    assert _cards(desk)


def _cards(page: Page) -> bool:
    table = page.locator("table.listing.is-cards")
    return bool(
        table.locator("tbody td[data-label]").count() == table.locator("tbody td").count() > 0
        and table.evaluate("table => table.scrollWidth <= innerWidth")
    )


def test_axe_finds_nothing_at_the_librarians_desk(service: Service, desk: Page) -> None:
    """Our own pages in Wagtail's admin, on a phone: its editor and its side panels are its own."""
    page, found = desk, []
    for address in json.loads(service.manage("shell", "--verbosity", "0", "-c", DESK).splitlines()[-1]):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is wider than a phone"
        for each in AXE.run(page, options=OURS).response["violations"]:
            found.append(f"{address}: {each['id']} at {each['nodes'][0]['target']}")
    assert not found, "\n".join(found)
