"""Two who meet: a time agreed in the chat, a code typed without network, the other's square held before the camera, and what is
wrong with the book shown to a librarian."""

import re
from io import BytesIO
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys import barcodes
from tests.journeys.conftest import SIZES, Visit, with_camera
from tests.journeys.service import Service
from tests.journeys.test_two_people import (  # noqa: F401  (fixtures)
    BOB,
    Books,
    Person,
    _arrange,
    _consent,
    couple,
    seats,
    to_spare,
)
from tests.journeys.words import Words

pytestmark = [pytest.mark.browser, pytest.mark.any_database]
PIN = "Six digits from the other side’s page"


def _listed(alice: Person, book: dict[str, str]) -> None:
    alice.navigate("Add")
    alice.page.get_by_label("ISBN").fill(book["isbn"])
    alice.page.get_by_label("ISBN").press("Enter")
    alice.press("List this book")
    alice.sees(book["title"])


def _shown(giver: Person) -> None:
    """The giver's page with its code."""
    pin, button = giver.page.locator(".pin"), giver.page.get_by_role("button", name=giver.say("Show the code"))
    expect(pin.or_(button).first).to_be_visible()
    if not pin.is_visible():
        button.first.click()
    expect(pin).to_be_visible()


def _photo() -> dict[str, object]:
    made = BytesIO()
    Image.new("RGB", (400, 300), "maroon").save(made, "JPEG")
    return {"name": "torn.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def _slot_agreed_in_the_chat(alice: Person, bob: Person) -> None:
    """Neither of them leaves the conversation or loads it anew."""
    lending = alice.page.url
    talk = bob.page.locator("main form[action*='/conversations/']").first.get_attribute("action") or ""
    for who in (alice, bob):
        who.page.goto(re.sub(r"messages/$", "", talk))
    bob.page.locator("#arrange button[name=slot]").first.click()
    alice.press("Agree")
    for who in (alice, bob):
        who.page.goto(lending)


@seats("phone-zh")
def test_a_time_agreed_in_the_chat_a_code_without_network_and_a_dispute_with_a_photo(
    couple: tuple[Person, Person],  # noqa: F811
    to_spare: Books,  # noqa: F811
    visit: Visit,
) -> None:
    alice, bob = couple
    book = to_spare["unshared"].pop(0)
    _listed(alice, book)
    _consent(alice, bob, book["title"], "Lend it")
    _slot_agreed_in_the_chat(alice, bob)
    _shown(alice)
    bob.page.context.set_offline(True)
    bob.page.get_by_label(bob.say(PIN)).fill(alice.code())
    bob.press("Confirm the handover")
    expect(bob.page.locator("#late-codes")).to_be_visible()
    expect(alice.page.locator(".pin")).to_be_visible()
    bob.page.context.set_offline(False)
    expect(bob.page.get_by_role("button", name=bob.say("Give it back"))).to_be_visible(timeout=20_000)
    expect(alice.page.locator(".pin")).to_have_count(0)

    bob.page.get_by_text(bob.say("Something is worse")).click()
    bob.page.get_by_label(bob.say("Cover", "part of a book")).check()
    bob.page.locator("#id_condition_photo").set_input_files(_photo())  # type: ignore[arg-type]
    bob.press("Note it")
    bob.sees(bob.say("Noted. It stands on the page of this lending."))
    bob.page.locator("#dispute summary").click()
    bob.page.locator("#dispute textarea").fill("封面撕破了")
    bob.press("Send to the librarians")
    alice.sees("封面撕破了")
    _librarian_sees(Person(visit(), Words("en-GB")), "封面撕破了", alice.page.url)


def _librarian_sees(lin: Person, why: str, lending: str) -> None:
    lin.page.goto("/sign-in/")
    lin.page.get_by_role("button", name=re.compile("Lin")).first.click()
    lin.page.goto(re.sub(r".*/lendings/(\d+)/.*", r"/admin/lendings/\1/", lending))
    expect(lin.page.locator("main")).to_contain_text(why)
    photo = lin.page.get_by_role("link", name="photo").first.get_attribute("href") or ""
    assert lin.page.request.get(photo).headers["content-type"] == "image/webp"


def _scanned(giver: Person, service: Service, browser: Browser, folder: Path, *, at: str) -> float:
    """What stands on the giver's screen runs before the taker's camera. Seconds from the taker's opening the scanner to both having
    confirmed, without starting the browser and signing in."""
    film = barcodes.film_of_screen(folder, giver.page.locator(".ticket-code .qr").screenshot())
    with with_camera(browser, film) as chromium:
        page = chromium.new_page(base_url=service.address, viewport=SIZES["phone"], locale="zh-CN")  # type: ignore[arg-type]
        bob = Person(page, Words("zh-CN"))
        bob.sign_in(BOB)
        started = monotonic()
        page.goto("/scan/?camera=1")
        expect(page).to_have_url(re.compile(at), timeout=20_000)
        bob.press("Confirm")
        expect(page).to_have_url(re.compile(r"/lendings/\d+/"))
        return monotonic() - started


@seats("phone-zh")
def test_the_others_square_is_held_before_the_camera(
    couple: tuple[Person, Person],  # noqa: F811
    to_spare: Books,  # noqa: F811
    service: Service,
    browser: Browser,
    tmp_path: Path,
) -> None:
    """Of an arranged handover, and of a book that is passed on now."""
    alice, bob = couple
    first, second = to_spare["unshared"].pop(0), to_spare["unshared"].pop(0)
    _listed(alice, first)
    _consent(alice, bob, first["title"], "Lend it")
    _arrange(bob, alice)
    _shown(alice)
    _scanned(alice, service, browser, tmp_path, at=r"/scan/\?code=")
    expect(alice.page.locator(".pin")).to_have_count(0)

    _listed(alice, second)
    alice.navigate("Shelf")
    alice.page.locator("main").get_by_role("link", name=second["title"]).first.click()
    alice.follow("Offer it, agree beforehand, or not now")
    started = monotonic()
    alice.press("Pass it on now")
    expect(alice.page.locator(".ticket-code .qr")).to_be_visible()
    shown = monotonic() - started
    taken = _scanned(alice, service, browser, tmp_path, at=r"/pass-on/\?code=")
    alice.sees(alice.say("Passed on. Both of you have confirmed the handover."))
    print(f"passed on now in {shown + taken:.1f} s: code shown {shown:.1f} s, scanned and confirmed {taken:.1f} s")  # noqa: T201
