"""The screen at a drop point: switched on once, switched off at once, and it names no reader."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
import time_machine
from django.db.models import F
from django.test import Client
from django.urls import reverse

from sharing import collectors, handovers, kiosks
from sharing.errors import LimitReached, NotFound, WrongCode
from sharing.models import Collector, Deposit, DomainEvent, Handover, Kiosk
from sharing.views.kiosks import COOKIE
from tests.sharing import browsers, pages, steps
from tests.sharing.conftest import World
from tests.sharing.test_deposits import CODE, a_drop_point, arranged, left


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk.objects.create(drop_point=a_drop_point(one_book_each=True), name="Screen at the door")


@pytest.fixture
def handover(world: World, kiosk: Kiosk) -> Handover:
    return arranged(steps.agreed(world), now=world.now)


@pytest.fixture
def screen(world: World, kiosk: Kiosk) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("open-kiosk", args=[kiosks.link_token(kiosk)]))
    return client


def code_of(handover: Handover, who: object, world: World) -> handovers.HandoverCode:
    return handovers.issue_code(handover_id=handover.pk, actor=who, now=world.now)  # type: ignore[arg-type]


def test_the_link_works_once_and_opening_it_does_nothing_t_c3(world: World, kiosk: Kiosk) -> None:
    address, client = reverse("open-kiosk", args=[kiosks.link_token(kiosk)]), Client()
    for _twice in range(2):
        assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    assert client.cookies[COOKIE]["httponly"]
    assert Client().post(address).status_code == 404
    assert client.get(reverse("kiosk")).status_code == 200


def test_t_l9_whoever_makes_it_the_screen_is_signed_out(world: World, kiosk: Kiosk) -> None:
    lin, address = pages.browser(world.lin), reverse("open-kiosk", args=[kiosks.link_token(kiosk)])
    assert "You are signed out" in lin.get(address).content.decode()
    assert lin.get(reverse("kiosk:index")).status_code == 200
    assert lin.post(address, follow=True).status_code == 200
    assert lin.get(reverse("kiosk:index")).status_code == 302


@pytest.mark.parametrize("then", ["revoked", "new link"])
def test_t_l9_a_link_that_dies_while_it_is_pressed_opens_nothing(
    world: World, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    token = kiosks.link_token(kiosk)
    read = kiosks.of_link(token)
    if then == "revoked":
        kiosks.revoke(kiosk=kiosk, now=world.now)
    else:
        kiosks.new_link(kiosk=kiosk)
    monkeypatch.setattr(kiosks, "of_link", lambda _token: read)
    with pytest.raises(NotFound):
        kiosks.open_screen(token=token, now=world.now)
    assert Kiosk.objects.get().opened_at is None


def test_a_link_of_yesterday_and_a_forged_one_are_dead(kiosk: Kiosk) -> None:
    token = kiosks.link_token(kiosk)
    with time_machine.travel(timedelta(days=1, minutes=1)), pytest.raises(NotFound):
        kiosks.of_link(token)
    with pytest.raises(NotFound):
        kiosks.of_link(token[:-1])
    with pytest.raises(NotFound):
        kiosks.of_link("x")


@pytest.mark.parametrize("how", ["revoked", "new link", "drop point closed"])
def test_t_l9_a_screen_is_dead_at_once(world: World, kiosk: Kiosk, screen: Client, how: str) -> None:
    assert screen.get(reverse("kiosk")).status_code == 200
    kiosk.refresh_from_db()
    if how == "revoked":
        kiosks.revoke(kiosk=kiosk, now=world.now)
    elif how == "new link":
        kiosks.new_link(kiosk=kiosk)
    else:
        kiosk.drop_point.is_active = False
        kiosk.drop_point.save()
    assert screen.get(reverse("kiosk")).status_code == 404


def test_leave_and_take_with_ones_own_code_c6(world: World, screen: Client, handover: Handover) -> None:
    with time_machine.travel(world.now, tick=False):
        page = screen.post(reverse("kiosk"), {"code": code_of(handover, world.alice, world).pin})
        assert all(f'value="{label}"' in page.content.decode() for label in ("A1", "A2"))
        done = screen.post(
            reverse("kiosk-leave"), {"step": page.context["step"].token, "compartment": "A2"}, follow=True
        )
        assert "has been told where it lies" in browsers.text(done)
        page = screen.post(reverse("kiosk"), {"code": code_of(handover, world.bob, world).qr_payload})
        assert "A2" in browsers.text(page)
        step = {"step": page.context["step"].token}
        for _twice in range(2):
            done = screen.post(reverse("kiosk-take"), step, follow=True)
            assert "Both of you have confirmed" in browsers.text(done)
    handover.refresh_from_db()
    assert (handover.status, handover.taker_confirmed_at) == ("confirmed", world.now)


@pytest.mark.parametrize(("read", "goes_on"), [("pin", True), ("qr_payload", False)])
def test_only_a_new_code_of_the_kind_that_was_read_ends_a_step(
    world: World, kiosk: Kiosk, handover: Handover, read: str, goes_on: bool
) -> None:
    typed = getattr(code_of(handover, world.alice, world), read)
    step = kiosks.read_code(kiosk=kiosk, typed=typed, now=world.now)
    Handover.objects.update(qr_serial=F("qr_serial") + 1)  # the page has shown the next square
    with nullcontext() if goes_on else pytest.raises(WrongCode, match="Another code"):
        kiosks.leave_book(kiosk=kiosk, token=step.token, compartment="A1", now=world.now)
    assert Deposit.objects.exists() == goes_on


def test_a_step_of_the_giver_does_not_serve_for_the_taker(world: World, kiosk: Kiosk, handover: Handover) -> None:
    step = kiosks.read_code(kiosk=kiosk, typed=code_of(handover, world.alice, world).pin, now=world.now)
    kiosks.leave_book(kiosk=kiosk, token=step.token, compartment="A1", now=world.now)
    with pytest.raises(WrongCode, match="Another code"):
        kiosks.take_book(kiosk=kiosk, token=step.token, now=world.now)


def test_p1_the_screen_names_nobody(world: World, screen: Client, handover: Handover) -> None:
    with time_machine.travel(world.now, tick=False):
        page = browsers.text(screen.post(reverse("kiosk"), {"code": code_of(handover, world.alice, world).pin}))
    assert world.title.title in page
    assert "Alice" not in page
    assert "Bob" not in page


def test_a_code_counts_at_its_own_drop_point_only(world: World, handover: Handover) -> None:
    place = handover.drop_point.place  # type: ignore[union-attr]
    place.pk, place.name_zh, place.name_en = None, "别处", "Elsewhere"
    place.save()
    other = Kiosk.objects.create(drop_point=type(handover.drop_point).objects.create(place=place), name="Other")  # type: ignore[union-attr]
    with pytest.raises(WrongCode):
        kiosks.read_code(kiosk=other, typed=code_of(handover, world.alice, world).pin, now=world.now)


def test_guesses_are_counted_for_the_screen_t_c1(world: World, kiosk: Kiosk, handover: Handover) -> None:
    pin = code_of(handover, world.alice, world).pin
    for _try in range(kiosks.MOST_WRONG):
        with pytest.raises(WrongCode):
            kiosks.read_code(kiosk=Kiosk.objects.get(), typed=f"{(int(pin) + 1) % 1000000:06d}", now=world.now)
    with pytest.raises(LimitReached):
        kiosks.read_code(kiosk=Kiosk.objects.get(), typed=pin, now=world.now)
    later = world.now + kiosks.ONE_BACK_AFTER
    assert kiosks.read_code(kiosk=kiosk, typed=pin, now=later).handover == handover


@pytest.mark.parametrize("typed", ["12345", "978-7-300-11390-6", "abcdef"])
def test_what_can_be_no_code_is_no_guess_at_the_screen(kiosk: Kiosk, typed: str, world: World) -> None:
    with pytest.raises(WrongCode, match="six digits"):
        kiosks.read_code(kiosk=kiosk, typed=typed, now=world.now)
    kiosk.refresh_from_db()
    assert kiosk.wrong_tries == 0


def test_a_guesser_has_fifteen_an_hour_in_the_long_run_t_c1(world: World, kiosk: Kiosk) -> None:
    guessed = 0
    for minute in range(5 * 60):
        try:
            kiosks.read_code(kiosk=kiosk, typed="000000", now=world.now + timedelta(minutes=minute))
        except WrongCode:
            guessed += 1
        except LimitReached:
            pass
    assert guessed <= kiosks.MOST_WRONG * (1 + 5)


def test_a_step_does_not_outlive_its_code_t2(world: World, kiosk: Kiosk, handover: Handover) -> None:
    pin = code_of(handover, world.alice, world).pin
    step = kiosks.read_code(kiosk=kiosk, typed=pin, now=world.now)
    code_of_later = handovers.issue_code(
        handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(minutes=11)
    )
    assert code_of_later.pin != pin
    with pytest.raises(WrongCode):
        kiosks.leave_book(kiosk=kiosk, token=step.token, compartment="A1", now=world.now)
    assert not Deposit.objects.exists()


def test_a_full_locker_says_so(world: World, screen: Client, handover: Handover) -> None:
    point = handover.drop_point
    assert point is not None
    point.compartments = "A1"
    point.save()
    lying = left(handover, world.alice, now=world.now)
    Handover.objects.filter(pk=lying.pk).update(direction="back")
    other = arranged(lying.lending, now=world.now)
    with time_machine.travel(world.now, tick=False):
        page = screen.post(reverse("kiosk"), {"code": code_of(other, world.alice, world).pin})
    assert "Every compartment is taken" in browsers.text(page)


def test_a_compartment_too_long_is_refused_at_the_step_with_a_sentence(
    world: World, screen: Client, handover: Handover
) -> None:
    with time_machine.travel(world.now, tick=False):
        page = screen.post(reverse("kiosk"), {"code": code_of(handover, world.alice, world).pin})
        said = {"step": page.context["step"].token, "compartment": "x" * 21}
        again = screen.post(reverse("kiosk-leave"), said)
    assert "20 characters at most" in browsers.text(again)
    assert again.context["step"].token == said["step"]


def test_a_step_that_is_too_old_says_so_whatever_was_named(world: World, screen: Client) -> None:
    for compartment in ("A1", "x" * 21):
        page = screen.post(reverse("kiosk-leave"), {"step": "old", "compartment": compartment})
        assert "That took too long" in browsers.text(page)


def test_the_page_offers_the_code_where_there_is_a_screen(world: World, screen: Client, handover: Handover) -> None:
    page = pages.get(handover.lending.get_absolute_url(), world.alice, now=world.now)
    assert "Is there a screen?" in page
    assert "Show the code" in page


@pytest.fixture
def sent(world: World, handover: Handover) -> Collector:
    """Somebody comes in Bob's place, and the book lies in A1."""
    row = collectors.name_collector(lending_id=handover.lending_id, actor=world.bob, now=world.now)
    left(handover, world.alice, now=world.now)
    return row


def test_c6_whoever_is_sent_holds_the_square_of_the_link_before_the_screen(
    world: World, screen: Client, handover: Handover, sent: Collector
) -> None:
    with time_machine.travel(world.now, tick=False):
        behind = Client(headers={"accept-language": "en"}).get(collectors.address_of(sent))
        assert "Is there a screen?" in browsers.text(behind)
        page = screen.post(reverse("kiosk"), {"code": behind.context["shown"].qr})
        assert "A1" in browsers.text(page)
        step = {"step": page.context["step"].token}
        for _twice in range(2):
            assert "Both of you have confirmed" in browsers.text(screen.post(reverse("kiosk-take"), step, follow=True))
        assert Client().get(collectors.address_of(sent)).status_code == 404
    handover.refresh_from_db()
    assert handover.status == "confirmed"
    assert DomainEvent.objects.filter(kind="collector.came", actor=None).count() == 1


def test_t_c1_the_digits_of_a_link_live_too_long_for_a_screen(
    world: World, screen: Client, kiosk: Kiosk, sent: Collector
) -> None:
    with pytest.raises(WrongCode):
        kiosks.read_code(kiosk=kiosk, typed=collectors.pin_of(sent), now=world.now)


def test_the_square_counts_at_its_own_drop_point_and_for_a_book_that_lies_there(
    world: World, kiosk: Kiosk, handover: Handover
) -> None:
    row = collectors.name_collector(lending_id=handover.lending_id, actor=world.bob, now=world.now)
    with pytest.raises(WrongCode):
        kiosks.read_code(kiosk=kiosk, typed=collectors.square_of(row), now=world.now)
    left(handover, world.alice, now=world.now)
    assert not kiosks.read_code(kiosk=kiosk, typed=collectors.square_of(row), now=world.now).leaves
    Handover.objects.update(drop_point=None)
    with pytest.raises(WrongCode):
        kiosks.read_code(kiosk=kiosk, typed=collectors.square_of(row), now=world.now)


@pytest.mark.parametrize("then", ["taken back", "named anew"])
def test_t_c1_a_link_that_dies_at_the_screen_takes_nothing(
    world: World, kiosk: Kiosk, handover: Handover, sent: Collector, then: str
) -> None:
    step = kiosks.read_code(kiosk=kiosk, typed=collectors.square_of(sent), now=world.now)
    collectors.revoke_collector(lending_id=handover.lending_id, actor=world.bob, now=world.now)
    if then == "named anew":
        collectors.name_collector(lending_id=handover.lending_id, actor=world.bob, now=world.now)
    with pytest.raises(WrongCode, match="taken back"):
        kiosks.take_book(kiosk=kiosk, token=step.token, now=world.now)
    handover.refresh_from_db()
    assert handover.status == "deposited"


def test_without_a_screen_the_link_shows_no_square(world: World, kiosk: Kiosk, sent: Collector) -> None:
    with browsers.at(world.now):
        shown = Client(headers={"accept-language": "en"}).get(collectors.address_of(sent))
    assert "A1" in browsers.text(shown)
    assert "Is there a screen?" not in browsers.text(shown)


def test_librarians_make_and_kill_the_link(world: World, kiosk: Kiosk) -> None:
    lin = pages.browser(world.lin)
    answer = lin.post(reverse("kiosk:link", args=[kiosk.pk]))
    assert "/kiosk/open/" in answer.content.decode()
    assert lin.post(reverse("kiosk:revoke", args=[kiosk.pk])).status_code == 302
    kiosk.refresh_from_db()
    assert kiosk.revoked_at is not None
    assert pages.browser(world.bob).post(reverse("kiosk:link", args=[kiosk.pk])).status_code in (302, 403)
    for name in ("kiosk:index", "droppoint:index", "droppoint:add", "kiosk:add"):
        assert lin.get(reverse(name)).status_code == 200, name
    assert CODE in lin.get(reverse("droppoint:index")).content.decode()


def test_the_camera_of_the_screen_and_of_the_scan_page_may_decode(world: World, screen: Client) -> None:
    """Where a browser has no detector of its own, such as on an iPhone, ours is WebAssembly."""
    for answer in (screen.get(reverse("kiosk")), pages.browser(world.bob).get(reverse("scan"))):
        assert "wasm-unsafe-eval" in answer["Content-Security-Policy"]
    assert "wasm-unsafe-eval" not in pages.browser(world.bob).get(reverse("todo"))["Content-Security-Policy"]
