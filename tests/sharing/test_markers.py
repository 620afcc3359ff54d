"""CAN: nobody finds a private word of another reader anywhere before consent (P1, P2, P9, T-R1, T-R24). The private columns are
those of the register, so a new one is looked for without being named here."""

import io
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from pytest_django import DjangoDbBlocker

from incentives.models import Appeal
from library_bridge.models import Reader
from sharing import carrying, conversations, data_exports, jobs, roles
from sharing.mailing import sending
from sharing.models import MessengerBridge
from tests import factories
from tests.conftest import CAMPUS
from tests.sharing import crawling, lives, markers, steps
from tests.sharing.conftest import World
from tests.sharing.lives import Links
from tests.sharing.test_data_exports import content
from tests.thrown_away import everything_after

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)
HOOK = "HOOK-OF-THE-CAMPUS"
SAID = {"message.text", "request.message"}
"""What Alice and Bob write to each other themselves."""
SHOWN = {"copy.note", "titlenote.text", "shownshelf.name", "journeystop.note"}
"""What readers write for everybody who may see the book, or show by choice under a name for it alone."""
FOR_STAFF = {
    "domainevent.why", "patron.card_number", "patron.blocked_reason", "purchasesuggestion.note", "purchasesuggestion.answer",
    "flag.words", "titleflag.note", "titlesuggestion.reason",
}  # fmt: skip
"""What is written for the library, why something was cancelled or disputed, and the number by which a reader is served; no
name goes with it."""


@dataclass
class Campus:
    world: World
    logged: io.StringIO
    links: dict[Reader, Links]
    opened: dict[Reader | None, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def readers(self) -> tuple[Reader, ...]:
        return (self.world.alice, self.world.bob, self.world.charlie)

    def seen_by(self, who: Reader | None) -> list[tuple[str, str]]:
        """Each walks through it all once."""
        if who not in self.opened:
            self.opened[who] = list(crawling.seen_by(who))
        return self.opened[who]


@pytest.fixture(scope="module")
def campus(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Campus]:
    """Bob has asked Alice, both have written; she has not answered yet."""
    with time_machine.travel(NOW, tick=False), everything_after(django_db_blocker), jobs.left_to_the_sweep():
        plum = factories.area()
        alice, bob, charlie = (factories.reader(name, area=plum, email=f"{name}@x.example") for name in ("A", "B", "C"))
        lin = factories.reader("Lin", is_staff=True, is_superuser=True)
        title = factories.title(isbn13="9787300113906")
        world = World(NOW, alice, bob, charlie, lin, title, factories.copy(alice, title, now=NOW))
        lives.a_shelf_with_a_code()
        MessengerBridge.objects.update_or_create(
            defaults={"name_en": "Chat", "address": f"https://chat.example/{HOOK}"}
        )
        links = {who: lives.a_full_life(world, who) for who in (alice, bob, charlie)}
        ask = steps.asked(world)
        for who in (alice, bob):
            conversations.send_message(conversation_id=ask.conversation.pk, actor=who, text="Hello", now=NOW)
        for who in (alice, bob, charlie):
            markers.mark(who)
        with everything_logged() as logged:
            yield Campus(world, logged, links)


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    handler = logging.StreamHandler(io.StringIO())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(before)


def foreign(seen: Iterable[tuple[str, str]], of: Campus, who: Reader | None, allowed: set[str]) -> dict[str, set[str]]:
    """Address → columns of others that were found there and may not be."""
    found: dict[str, set[str]] = {}
    for address, text in seen:
        for other in of.readers:
            if other != who and (columns := markers.columns_in(text, other) - allowed):
                found.setdefault(address, set()).update(columns)
    return found


def between(who: Reader, of: Campus) -> set[str]:
    return SHOWN | (SAID if who in (of.world.alice, of.world.bob) else set())


def test_p1_nobody_who_is_not_signed_in_finds_a_private_word(campus: Campus) -> None:
    assert foreign(campus.seen_by(None), campus, None, SHOWN) == {}


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_p1_p2_no_reader_finds_anothers_private_word(campus: Campus, name: str) -> None:
    who: Reader = getattr(campus.world, name)
    assert foreign(campus.seen_by(who), campus, who, between(who, campus)) == {}


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_p1_p2_the_api_tells_none_either(campus: Campus, name: str) -> None:
    who: Reader = getattr(campus.world, name)
    assert foreign(crawling.told_by_api(who), campus, who, between(who, campus)) == {}


@pytest.mark.parametrize("role", ["Librarians", "Branch librarians", "Cataloguers"])
def test_t_l2_staff_find_no_name_and_no_private_word_without_a_reason(campus: Campus, role: str) -> None:
    roles.ensure_roles()
    lin = factories.reader(f"Lin of the {role}", is_staff=True)
    lin.groups.add(Group.objects.get(name=role))
    seen = dict(crawling.seen_by_staff(lin))
    assert len(seen) > 5
    assert foreign(seen.items(), campus, None, SHOWN | FOR_STAFF) == {}


def test_p3_mails_hold_nothing_of_the_other_side(campus: Campus) -> None:
    list(sending.send_due(now=NOW + timedelta(minutes=10)))
    assert mail.outbox
    for who in campus.readers:
        assert foreign(crawling.mails_to(who.email), campus, who, SAID) == {}


def test_p8_an_export_holds_nothing_of_others(campus: Campus) -> None:
    for who in campus.readers:
        export = data_exports.ask_export(actor=who, now=NOW)
        data_exports.make_export(export_id=export.pk, now=NOW)
        export.refresh_from_db()
        file = content(export)
        seen = ((name, file.read(name).decode()) for name in ("data.json", "data.html"))
        assert foreign(seen, campus, who, set()) == {}
        assert "reader.display_name" in markers.columns_in(file.read("data.json").decode(), who)


def test_p9_neither_logs_nor_caches_hold_a_private_word(campus: Campus) -> None:
    for who in (None, *campus.readers):
        campus.seen_by(who)
    logged = campus.logged.getvalue()
    assert "/asks/" in logged  # it does listen
    assert foreign([("logs", logged), ("caches", crawling.cached())], campus, None, set()) == {}


def test_a_control_a_page_that_names_the_other_side_is_found(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = campus.world.bob
    monkeypatch.setattr(conversations, "name_of", lambda *said, **how: campus.world.alice.display_name)
    found = foreign(crawling.seen_by(bob, only="/conversations/"), campus, bob, between(bob, campus))
    assert {"reader.display_name"} in found.values()


def test_every_reader_sees_their_own(campus: Campus) -> None:
    """Else the crawl would open the wrong pages."""
    own: set[str] = set()
    for _address, text in campus.seen_by(campus.world.bob):
        own |= markers.columns_in(text, campus.world.bob)
    assert own >= {
        "reader.display_name",
        "savedsearch.text",
        "message.text",
        "outsideloan.person",
        "patron.card_number",
    }


def test_p8_every_private_column_of_the_register_gets_a_mark(campus: Campus) -> None:
    """A new one has to stand in `lives`, or the crawl would not look for it."""
    marked = set().union(*(markers.standing(who) for who in campus.readers))
    assert markers.private_columns() - marked == set()


def test_a_control_a_column_without_a_row_is_missed(campus: Campus) -> None:
    Appeal.objects.all().delete()
    marked = set().union(*(markers.standing(who) for who in campus.readers))
    assert markers.private_columns() - marked == {"appeal.words", "appeal.answer"}


def addresses(campus: Campus) -> list[str]:
    return [HOOK, lives.SHELF_CODE, *(f"PHONE-OF-{who.pk}" for who in campus.readers)]


@pytest.mark.parametrize("name", ["", "alice", "bob", "charlie"])
def test_p9_where_phones_and_the_messenger_are_reached_and_shelf_codes_are_told_to_no_reader(
    campus: Campus, name: str
) -> None:
    who: Reader | None = getattr(campus.world, name, None)
    seen = [*campus.seen_by(who), *(crawling.told_by_api(who) if who else ())]
    assert [(address, secret) for address, text in seen for secret in addresses(campus) if secret in text] == []
    assert not [secret for secret in addresses(campus) if secret in campus.logged.getvalue() + crawling.cached()]


def test_t_c3_a_link_that_is_passed_on_tells_no_private_word(campus: Campus) -> None:
    """Who collects, and for whom a book is kept: whoever has the link learns nothing of who made it."""
    for who, links in campus.links.items():
        assert foreign(crawling.opened(None, links.collector), campus, None, set()) == {}
        other = next(one for one in campus.readers if one != who)
        assert foreign(crawling.opened(other, links.kept, links.collector), campus, other, set()) == {}


def test_p3_a_calendar_feed_holds_no_private_word_not_even_its_readers(campus: Campus) -> None:
    for who, links in campus.links.items():
        ((_address, text),) = crawling.opened(None, links.calendar)
        assert "BEGIN:VEVENT" in text
        assert not markers.columns_in(text, who)
        assert foreign([("feed", text)], campus, who, set()) == {}


def test_p3_pushes_and_the_messenger_hold_nothing_of_the_other_side(campus: Campus) -> None:
    with crawling.posted() as sent:
        list(carrying.send_due(now=NOW + timedelta(hours=1)))
    assert {address.split("/")[2] for address, _text in sent} == {"chat.example", settings.PUSH_HOSTS[0]}
    for who in campus.readers:
        card = who.patrons.get().card_number
        own = [(to, text) for to, text in sent if to == lives.endpoint_of(who) or (HOOK in to and card in text)]
        assert own
        assert foreign(own, campus, who, SAID) == {}
