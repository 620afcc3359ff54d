"""From my page nothing needs more than two taps: what a reader may do now is a button there, or on a page that it links to."""

import re
from datetime import timedelta

from django.urls import resolve
from django.urls.exceptions import Resolver404

from library_bridge.models import Reader
from sharing import handovers, ratings
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

MY_PAGE = "/todo/"
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
FORM = re.compile(r'<form\b[^>]*\baction="(/[^"#]*)')


def within_two_taps(reader: Reader) -> set[str]:
    """Names of the addresses that two taps reach: a link or a button there, and one on the page behind it."""
    client = browsers.of(reader)
    page = browsers.seen(client, MY_PAGE)
    first = set(LINK.findall(page))
    reached = _names(first | set(FORM.findall(page)))
    for address in first:
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            shown = answer.content.decode()
            reached |= _names({*LINK.findall(shown), *FORM.findall(shown)})
    return reached


def _names(addresses: set[str]) -> set[str]:
    found = set()
    for address in addresses:
        try:
            found.add(resolve(address.split("?")[0]).url_name)
        except Resolver404:
            continue
    return found


def test_whoever_is_asked_answers_and_whoever_asks_waits(world: World) -> None:
    steps.asked(world)
    assert within_two_taps(world.alice) >= {"accept-ask", "decline-ask", "send-message"}
    assert within_two_taps(world.bob) >= {"cancel-request", "pause-request", "conversation"}


def test_two_who_have_agreed_meet(world: World) -> None:
    lending = steps.agreed(world)
    for reader in (world.alice, world.bob):
        assert within_two_taps(reader) >= {"propose-handover", "cancel-lending", "send-message"}
    steps.arranged(lending, now=world.now + timedelta(hours=2))
    assert within_two_taps(world.alice) >= {"handover-code", "propose-handover", "cancel-lending", "meeting-file"}
    assert within_two_taps(world.bob) >= {"confirm-handover", "scan", "propose-handover", "cancel-lending"}


def test_a_proposal_is_agreed_to(world: World) -> None:
    lending, tomorrow = steps.agreed(world), world.now + timedelta(days=1)
    meets = {"method": "in_person", "place": "Gate", "starts_at": tomorrow}
    handovers.propose_handover(lending_id=lending.pk, actor=world.alice, now=world.now, **meets)
    assert within_two_taps(world.bob) >= {"agree-handover", "propose-handover"}


def test_what_is_borrowed_goes_back_and_is_spoken_of(world: World) -> None:
    lending = steps.on_loan(world)
    assert within_two_taps(world.bob) >= {"start-return", "extend-lending", "dispute-lending", "send-message"}
    assert within_two_taps(world.alice) >= {"dispute-lending", "send-message"}
    steps.returned(lending, now=world.now + timedelta(hours=4))
    assert "rate-exchange" in within_two_taps(world.bob) & within_two_taps(world.alice)
    ratings.rate_exchange(lending_id=lending.pk, actor=world.bob, went="smoothly", now=world.now + timedelta(hours=5))
    assert "How did it go?" not in browsers.seen(browsers.of(world.bob), MY_PAGE)
    with browsers.at(world.now + timedelta(days=15)):
        assert "How did it go?" not in browsers.seen(browsers.of(world.alice), MY_PAGE)


def test_always(world: World) -> None:
    found = within_two_taps(world.alice)
    assert found >= {
        "add-copy",
        "pass-on",
        "scan",
        "set-absence",
        "set-free-times",
        "mail",
        "my-data",
        "copy",
        "sign-out",
    }
