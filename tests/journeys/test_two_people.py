"""Two people in two browsers, on the service as it is started by `make run`; they act through what they see."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.journeys import barcodes
from tests.journeys.conftest import SIZES, Visit, with_camera
from tests.journeys.phones import Phone
from tests.journeys.service import Service
from tests.journeys.words import Words

# on PostgreSQL the API journeys start the service and walk the same way
pytestmark = [pytest.mark.browser, *([] if "SOAK" in os.environ else [pytest.mark.any_database])]

ALICE, BOB, PIN = "2023000001", "2023000002", "246810"
SEATS = {
    "phone-zh": ("phone", "zh-CN"), "desk-en": ("desk", "en-GB"), "phone-en": ("phone", "en-GB"), "desk-zh": ("desk", "zh-CN"),
}  # fmt: skip

TO_SPARE = """
import json
from django.utils import timezone
from personal_catalog.models import Title
from sharing import holdings, policies
from sharing.models import LoanTitle
free = Title.objects.live().filter(copies=None, library_loans=None, requests=None).exclude(isbns=None).order_by("pk")
names = list(Title.objects.live().values_list("title", flat=True))
alone = [t for t in free if sum(t.title in name for name in names) == 1]
unshared = [{"isbn": t.isbns.first().isbn13, "title": t.title} for t in alone]
now, policy, loans = timezone.now(), policies.current(), []
for row in LoanTitle.objects.filter(library_loan__closed_at=None, title__requests=None).order_by("pk"):
    loan, shown = row.library_loan, [h for h in holdings.of_title(row.title_id, reader=None, policy=policy, now=now) if h.free]
    reader = loan.patron.reader
    busy = reader.asks.filter(status="asked").exists() or loan.patron.card_number == "2023000002"
    if [h.key for h in shown] == [f"loan-{loan.pk}"] and not busy:
        loans.append({"title": row.title.title, "card": loan.patron.card_number})
print(json.dumps({"unshared": unshared, "loans": loans}))
"""


PUSHED = f"""
from django.utils.translation import override
from sharing import notices
from sharing.models import Delivery, Notification
from sharing.pushing import message
told = Notification.objects.filter(reader__patrons__card_number="{ALICE}", event__kind="ask.sent").latest("pk")
with override("zh-hans"):
    print(message.text_of(Delivery(), notices.sentence(told, told.reader)).decode())
"""


class Person:
    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.say = page, words

    def sign_in(self, card_number: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/sign-in/")
        self.page.get_by_label(self.say("Card number")).fill(card_number)
        self.page.get_by_label(self.say("PIN"), exact=True).fill(PIN)
        self.page.get_by_role("button", name=self.say("Sign in"), exact=True).click()
        expect(self.page).not_to_have_url(re.compile("sign-in"))

    def press(self, english: str, context: str | None = None) -> None:
        self.page.get_by_role("button", name=self.say(english, context), exact=True).first.click()

    def follow(self, english: str) -> None:
        self.page.locator("main").get_by_role("link", name=re.compile(re.escape(self.say(english)))).first.click()

    def navigate(self, english: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=self.say(english, "navigation")).click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def write(self, text: str) -> None:
        self.page.wait_for_load_state()  # before its scripts run, a page sends as any form does and comes anew
        field = self.page.get_by_label(self.say("Write a message")).first
        field.fill(text)
        self.page.get_by_role("button", name=self.say("Send"), exact=True).first.click()
        self.sees(text)
        expect(field).to_be_focused()

    def ask_for(self, title: str) -> None:
        self.page.goto("/")
        box = self.page.locator("main").get_by_role("combobox")
        box.fill(title)
        box.press("Enter")
        self.page.locator("main").get_by_role("link", name=title).first.click()
        self.press("Ask for this book")

    def code(self) -> str:
        """The six digits as they stand on the page."""
        return "".join(re.findall(r"\d", self.page.locator(".pin [aria-hidden]").inner_text()))


def seats(*names: str) -> pytest.MarkDecorator:
    """Each language and each width once a journey; all four of them where SOAK is set."""
    return pytest.mark.parametrize("couple", SEATS if "SOAK" in os.environ else names, indirect=True)


@pytest.fixture
def couple(request: pytest.FixtureRequest, visit: Visit) -> tuple[Person, Person]:
    """Alice and Bob, signed in by card and PIN."""
    size, language = SEATS[request.param]
    alice, bob = (Person(visit(size=size, language=language), Words(language)) for _ in range(2))
    alice.sign_in(ALICE)
    bob.sign_in(BOB)
    return alice, bob


Books = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def to_spare(service: Service) -> Books:
    """Books that nobody shares yet, and loans of which there is only one. Each journey takes one away."""
    found: Books = json.loads(service.manage("shell", "--verbosity", "0", "-c", TO_SPARE).splitlines()[-1])
    return found


def _hand_over(giver: Person, taker: Person) -> None:
    """At the time of the meeting the code opens by itself; before, the giver presses a button."""
    pin = giver.page.locator(".pin")
    button = giver.page.get_by_role("button", name=giver.say("Show the code"), exact=True)
    expect(pin.or_(button).first).to_be_visible()
    if not pin.is_visible():
        with suppress(PlaywrightTimeout):  # it opened in the meantime
            button.click(timeout=3000)
    expect(pin).to_be_visible()
    field = taker.page.get_by_label(taker.say("Six digits from the other side’s page"))
    expect(field).to_be_visible()
    field.fill(giver.code())
    taker.press("Confirm the handover")


def _arrange(proposer: Person, other: Person) -> None:
    proposer.press("Propose")
    other.press("Agree")


def _consent(alice: Person, bob: Person, title: str, button: str) -> None:
    alice.page.goto("/todo/")
    bob.ask_for(title)
    alice.page.locator("main").get_by_role("link", name=re.compile(re.escape(title))).first.click()
    alice.write("还在我桌上 · it is on my desk")
    bob.follow("The holder")
    bob.sees("还在我桌上 · it is on my desk")
    bob.write("好的，谢谢")
    alice.sees("好的，谢谢")
    expect(alice.page.locator("main")).not_to_contain_text("Bob")
    alice.press(button)
    expect(alice.page).to_have_url(re.compile(r"/lendings/\d+/"))
    bob.page.goto(alice.page.url)


@seats("phone-zh", "desk-en")
def test_a_personal_copy_from_isbn_to_return(couple: tuple[Person, Person], to_spare: Books) -> None:
    alice, bob = couple
    book = to_spare["unshared"].pop(0)
    alice.navigate("Add")
    alice.page.get_by_label("ISBN").fill(f"{book['isbn'][:3]}-{book['isbn'][3:]}")
    alice.page.get_by_label("ISBN").press("Enter")
    alice.sees(book["title"])
    alice.press("List this book")
    alice.sees(book["title"])
    _consent(alice, bob, book["title"], "Lend it")
    _arrange(bob, alice)
    _hand_over(alice, bob)
    bob.press("Give it back")
    _hand_over(bob, alice)
    bob.sees(bob.say("Completed"))
    alice.sees(alice.say("Completed"))


@seats("phone-zh")
def test_an_ask_rings_on_the_phone_and_is_answered_from_the_mail(
    couple: tuple[Person, Person], to_spare: Books, service: Service, visit: Visit
) -> None:
    """Alice is not looking; her phone shows what was pushed, and its mail program opens the link in a browser in which she never
    signed in."""
    alice, bob = couple
    book = to_spare["unshared"].pop(0)
    alice.navigate("Add")
    alice.page.get_by_label("ISBN").fill(book["isbn"])
    alice.page.get_by_label("ISBN").press("Enter")
    alice.press("List this book")
    alice.sees(book["title"])
    bob.ask_for(book["title"])
    waiting = bob.page.url
    _rings(alice, json.loads(service.manage("shell", "--verbosity", "0", "-c", PUSHED).splitlines()[-1]), book["title"])
    mail = Person(visit(size="phone", language="zh-CN"), alice.say)
    mail.page.goto(service.link_by_mail(book["title"]).removeprefix(service.address))
    expect(mail.page.locator("main")).not_to_contain_text("Bob")
    mail.press("Lend it")
    mail.sees(mail.say("You have agreed."))
    bob.page.goto(waiting)
    bob.sees(bob.say("A holder agreed"))


def _rings(alice: Person, said: dict[str, str], title: str) -> None:
    """The message that the service would send, as her device shows it, and where the touch on it leads."""
    phone = Phone(alice.page)
    assert phone.receives(said) == [said]
    assert title in said["body"]
    assert not [word for word in ("Bob", BOB, "@") if word in str(said)]
    assert phone.touched() == {"opened": [alice.page.evaluate("location.origin") + said["url"]], "left": 0}
    alice.page.goto(said["url"])
    alice.sees(title)


@seats("phone-zh")
def test_two_who_stand_together_pass_a_book_on(couple: tuple[Person, Person], to_spare: Books) -> None:
    alice, bob = couple
    book = to_spare["unshared"].pop(0)
    alice.navigate("Add")
    alice.page.get_by_label("ISBN").fill(book["isbn"])
    alice.page.get_by_label("ISBN").press("Enter")
    alice.press("List this book")
    alice.sees(book["title"])
    alice.navigate("Shelf")
    alice.page.locator("main").get_by_role("link", name=book["title"]).first.click()
    alice.follow("Offer it, agree beforehand, or not now")
    alice.press("Pass it on now")
    bob.navigate("To do")
    bob.follow("Scan or type a code")
    bob.page.get_by_label(bob.say("Six digits from the holder’s page")).fill(alice.code())
    bob.press("Go on")
    bob.sees(book["title"])
    bob.press("Confirm")
    expect(bob.page).to_have_url(re.compile(r"/lendings/\d+/"))
    alice.sees(alice.say("Passed on. Both of you have confirmed the handover."))


@seats("desk-zh", "phone-en")
def test_a_library_loan_from_request_to_new_due_date(couple: tuple[Person, Person], to_spare: Books) -> None:
    """The part of Alice is played by whoever has a loan that nobody else could pass on."""
    alice, bob = couple
    book = to_spare["loans"].pop(0)
    alice.sign_in(book["card"])
    _consent(alice, bob, book["title"], "Pass it on")
    _arrange(alice, bob)
    _hand_over(alice, bob)
    bob.sees(bob.say("Completed"))
    bob.page.goto("/todo/")
    bob.sees(book["title"])
    alice.page.goto("/todo/")
    expect(alice.page.locator("#loans")).not_to_contain_text(book["title"])


def test_books_held_before_the_camera_are_listed_in_one_go(
    service: Service, browser: Browser, to_spare: Books, tmp_path: Path
) -> None:
    """The decoder is the one served from here: Debian's Chromium has none of its own."""
    books = [to_spare["unshared"].pop(0) for _ in range(2)]
    film = barcodes.film(tmp_path, *(book["isbn"] for book in books))
    with with_camera(browser, film) as chromium:
        page = chromium.new_page(base_url=service.address, viewport=SIZES["phone"], locale="en-GB")
        page.on("request", lambda request: request.url.startswith(service.address) or pytest.fail(request.url))
        alice = Person(page, Words("en-GB"))
        alice.sign_in(ALICE)
        page.goto("/add/")
        alice.follow("Scan barcodes")
        for book in books:
            expect(page.get_by_role("heading", name=book["title"], exact=True)).to_be_visible(timeout=20_000)
        alice.press("Put these books on the shelf")
        expect(page.get_by_text("2 books listed")).to_be_visible()


def test_who_refuses_the_camera_is_told_what_to_do(visit: Visit) -> None:
    alice = Person(visit(), Words("en-GB"))
    alice.sign_in(ALICE)
    alice.page.goto("/add/several/?camera=1")
    alice.sees(re.compile("or type the number below|Type the number below"))
    alice.page.get_by_label("ISBN or title").fill("978-7-300-11390-6")
    alice.page.keyboard.press("Enter")
    alice.sees("拖延心理学")


def test_the_invariants_hold_after_the_journeys(service: Service) -> None:
    assert "no violation" in service.manage("check_invariants")
