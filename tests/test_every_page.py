"""Every page that a reader can open: how often it asks the database, how long it is, and where it would send a browser.

A new address must be named here: in PAGES with its arguments, or among those that are no pages.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from incentives import rewards
from library_bridge.models import Reader
from personal_catalog import imports
from personal_catalog.models import Copy, Membership, ReaderGroup
from sharing import asks, conversations, following, group_links, groups, pass_on_codes, requests, title_notes
from sharing.models import CirculationPolicy, Conversation, Lending, Request
from tests import blanks, factories
from tests.conftest import CAMPUS
from tests.incentives.factories import a_reward, given
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.thrown_away import everything_after

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)
FEW, SOME, MANY = 1, 10, 30
MOST_BYTES = 30_000  # for a list of twenty: some of each of two kinds
MOST_QUERIES = {"title": 9}
USUAL_MOST_QUERIES = 15
FRAME = ("SAVEPOINT", "RELEASE", "set_config", "current_setting")
HOSTS = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//([^/"'\s)]+)""")
OURS = {"testserver", "localhost", "127.0.0.1:8000"}


@dataclass
class Scene:
    """Alice's: the first row of everything."""

    world: World
    conversation: Conversation
    lending: Lending
    request: Request
    job: int
    voucher: str
    group: ReaderGroup


def _free(scene: Scene) -> Copy:
    """A book that nobody has asked for."""
    alice = scene.world.alice
    return Copy.objects.filter(owner=alice, note="free").first() or factories.copy(
        alice, factories.title("Free"), now=NOW, note="free"
    )


def _pass_on(scene: Scene) -> str:
    """Somebody else's: who reads the pages takes it."""
    owner = scene.world.charlie
    copy = Copy.objects.filter(owner=owner, note="free").first() or factories.copy(
        owner, factories.title("Free"), now=NOW, note="free"
    )
    return pass_on_codes.issue_code(holding_key=copy.key, actor=owner, now=NOW).qr_payload.partition("code=")[2]


Arguments = Callable[[Scene], tuple[list[object], str]]


def plain(query: str = "") -> Arguments:
    return lambda scene: ([], query)


PAGES: dict[str, Arguments] = {
    **dict.fromkeys(
        [
            "outside-loans",
            "calendar", "my-data",
            "groups", "follows", "places",
            "channels",
            "mail", "home", "me", "wishes", "rules", "privacy", "scan", "todo", "notifications", "shelf", "labels", "import", "points",
            "shelf-library", "shelf-borrowed",
            "points-entries", "standing", "badges", "leaderboards", "leaderboards-take-part", "former-winners", "rewards",
            "add-copy", "add-several", "shelf-tags", "sign-in",
        ],
        plain(),
    ),
    "search": plain("?q=Row"),
    "search-hints": plain("?q=Row"),
    "title": lambda scene: ([scene.world.title.pk], ""),
    "title-flag": lambda scene: ([scene.world.title.pk], ""),
    "request": lambda scene: ([scene.request.pk], ""),
    "ask": lambda scene: ([scene.world.alice.asks.waiting().order_by("pk")[0].pk], ""),
    "lending": lambda scene: ([scene.lending.pk], ""),
    "conversation": lambda scene: ([scene.conversation.pk], ""),
    "copy": lambda scene: ([scene.world.copy.pk], ""),
    "pass-on-code": lambda scene: ([_free(scene).key], ""),
    "pass-on": lambda scene: ([], f"?code={_pass_on(scene)}"),
    "holding": lambda scene: ([scene.world.copy.key], ""),
    "copy-journey": lambda scene: ([scene.world.copy.code], ""),
    "found-copy": lambda scene: ([scene.world.copy.code], ""),
    "import-job": lambda scene: ([scene.job], ""),
    "voucher": lambda scene: ([scene.voucher], ""),
    "confirm-redemption": lambda scene: ([a_reward(now=NOW, effect="open_request").pk], ""),
    "group": lambda scene: ([scene.group.pk], ""),
    "shown-shelf": lambda scene: ([scene.world.alice.shown_shelf.code], ""),
    "title-notes": lambda scene: ([scene.world.title.pk], ""),
    "flag-talk": lambda scene: ([scene.conversation.pk], ""),
    "flag-copy": lambda scene: ([Copy.objects.filter(owner=scene.world.charlie).earliest("pk").key], ""),
    "block-reader": lambda scene: ([scene.conversation.pk], ""),
    "flag-note": lambda scene: ([scene.world.title.notes.exclude(reader=scene.world.alice).earliest("pk").pk], ""),
    "join-group": lambda scene: ([group_links.token_of(scene.group.links.get())], ""),
}  # fmt: skip
NO_PAGES = {
    "export-title", "export-search", "export-records",
    "guide", "course-lists",  # lead to pages of the CMS
    "live", "healthz", "readyz", "metrics", "export-shelf", "cover", "cover-picture", "add-line", "add-photos", "remove-photo", "photo",
    "change-tag",
    "answer-by-mail", "confirm-mail", "stop-mail", "mail-address", "remove-mail",  # test_mails
    "name-device", "forget-device", "choose-channel", "push-worker",  # test_pushing, test_messenger
    "calendar-feed", "open-calendar", "close-calendar",  # test_calendar_feeds
    "ask-data", "take-data", "erase-me", "keep-me", "keep-history",  # test_data_exports, test_erasing
    "partner-badges", "badge-places", "points-off", "points-on",
    "points-chip", "home-because", "newest-notes", "save-search", "end-search", "suggest-purchase",
    "place-hold",  # test_holds
    "open-shelf", "close-shelf", "follow-shelf", "unfollow-shelf", "write-note", "withdraw-note",
    "make-group", "make-group-link", "revoke-group-link", "rename-member", "leave-group", "close-group", "remove-member",
    "hand-on-group",
    "place-request", "lend-outside", "borrow-outside", "close-outside", "report-find", "check-condition", "condition-photo",
    "pause-request", "resume-request", "pass-turn",
    "cancel-request", "accept-ask", "decline-ask", "propose-handover", "meeting-file", "cancel-lending", "start-return",
    "extend-lending", "dispute-lending", "rate-exchange", "agree-handover", "handover-code", "confirm-handover", "send-message",
    "refresh-loans", "renew-loan", "mark-notifications-read", "copy-withdraw", "leaderboards-leave",
    "redeem-reward", "return-voucher", "use-voucher", "ready-voucher", "reward-picture", "demo-sign-in", "sign-out",
    "deposit-book", "collect-book", "take-back", "not-there", "deposit-photo", "confirm-late", "send-book", "confirm-arrival",
    "kiosk", "kiosk-leave", "kiosk-take", "open-kiosk",  # test_kiosks
    "offer-holding", "withdraw-offer", "give-consent", "end-consent", "rest-holding", "wake-holding", "set-absence", "end-absence",
    "lift-block",
    "collector", "revoke-collector", "confirm-collected", "collect", "collected",  # test_collectors
    "keep-holding", "end-keeping", "kept",  # test_kept
    "set-free-times", "send-photo", "chat-photo",
    "open-journey", "close-journey", "join-journey", "leave-journey", "suggestions-take-part", "suggestions-leave",
    "opac-script", "opac-demo",  # of another make, in the library's own catalogue
    "staff-image",  # test_images
    "sso-leave", "sso-callback", "saml_acs", "saml_finish_acs", "saml_metadata", "saml_sls",
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    html: str
    queries: tuple[str, ...]


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[int, dict[str, Measured]]]:
    """Each page with one row of everything that it lists, with some, and with thirty."""
    with time_machine.travel(NOW, tick=False), everything_after(django_db_blocker):
        scene = _scene()
        _row(scene, 1)
        seen = {FEW: _look_at_all(scene)}
        for number in range(FEW + 1, MANY + 1):
            _row(scene, number)
            if number == SOME:
                seen[SOME] = _look_at_all(scene)
        yield {**seen, MANY: _look_at_all(scene)}


def _scene() -> Scene:
    policy = CirculationPolicy.load()
    policy.asks_per_holder_week = 100
    policy.save()
    plum = factories.area()
    alice, bob, charlie = (factories.reader(name, area=plum) for name in ("Alice", "Bob", "Charlie"))
    lin = factories.reader("Lin", is_staff=True, is_superuser=True)
    title = factories.title(isbn13="9787300113906")
    world = World(NOW, alice, bob, charlie, lin, title, factories.copy(alice, title, now=NOW))
    lending = steps.agreed(world)
    given(alice, 60, now=NOW)
    voucher = rewards.redeem_reward(reward_id=a_reward(now=NOW).pk, actor=alice, key="1", now=NOW)
    wanted = factories.title("Wanted")
    factories.copy(charlie, wanted, now=NOW)
    asked = requests.place_request(actor=alice, title_id=wanted.pk, now=NOW)
    lines = "title,author\n" + "".join(f"Listed {number},Somebody\n" for number in range(MANY))
    job = imports.start_import(reader=alice, content=lines.encode(), format="csv", mode="lend", now=NOW)
    following.open_shelf(actor=alice, name="Night reader", now=NOW)
    group = groups.make_group(actor=alice, name="Third floor", kind="floor", my_name="Ali", now=NOW)
    group_links.make_link(group_id=group.pk, actor=alice, days=7, most=30, now=NOW)
    return Scene(world, lending.ask.conversation, lending, asked, job.pk, voucher.code, group)


def _row(scene: Scene, number: int) -> None:
    """One more of each kind: copies, asks, lendings, messages, entries, notifications, rewards."""
    alice, then = scene.world.alice, NOW + timedelta(minutes=number)
    waiting, agreed = (factories.copy(alice, factories.title(f"Row {number}{kind}"), now=NOW) for kind in "ab")
    for copy in (waiting, agreed):
        taker = factories.reader(f"Reader {copy.pk}")
        placed = requests.place_request(actor=taker, holding_key=f"copy-{copy.pk}", now=then)
        if copy == agreed:
            asks.accept_ask(ask_id=placed.asks.get().pk, actor=alice, now=then)
    factories.copy(alice, factories.title(f"Group {number}"), now=NOW, visibility="groups")
    title_notes.write_note(title_id=scene.world.title.pk, actor=taker, text=f"Note {number}", now=then)
    theirs = following.open_shelf(actor=taker, name=f"Shelf {number}", now=then)
    following.follow_shelf(code=theirs.code, actor=alice, now=then)
    factories.copy(taker, factories.title(f"Theirs {number}"), now=NOW)
    Membership.objects.create(group=scene.group, reader=taker, name=f"Member {number}", joined_at=then)
    author = scene.world.bob if number % 2 else alice
    conversations.send_message(conversation_id=scene.conversation.pk, actor=author, text=f"Message {number}", now=then)
    given(alice, 3, now=NOW)


def _look_at_all(scene: Scene) -> dict[str, Measured]:
    return {name: _look(name, scene) for name in PAGES}


def _look(name: str, scene: Scene) -> Measured:
    """Once its caches are warm, without the savepoints and limits around a search on PostgreSQL."""
    arguments, query = PAGES[name](scene)
    address = reverse(name, args=arguments) + query
    client = _browser(None if name == "sign-in" else scene.world.alice)
    cache.clear()
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    asked = tuple(q["sql"] for q in captured.captured_queries if not any(word in q["sql"] for word in FRAME))
    return Measured(answer.content.decode(), asked)


def _browser(reader: Reader | None) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    if reader is not None:
        client.force_login(reader)
    return client


def test_every_address_is_named_here() -> None:
    names = {pattern.name for app in settings.OUR_APPS for pattern in import_module(f"{app}.urls").urlpatterns}
    assert names == PAGES.keys() | NO_PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_database_seldom(measured: dict[int, dict[str, Measured]], name: str) -> None:
    asked = measured[MANY][name].queries
    assert len(asked) <= MOST_QUERIES.get(name, USUAL_MOST_QUERIES), "\n".join(asked)


@pytest.mark.parametrize("name", PAGES)
def test_thirty_rows_ask_no_more_than_one(measured: dict[int, dict[str, Measured]], name: str) -> None:
    few, many = measured[FEW][name].queries, measured[MANY][name].queries
    assert len(many) <= len(few), "\n".join(many)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_short(measured: dict[int, dict[str, Measured]], name: str) -> None:
    assert len(measured[SOME][name].html.encode()) <= MOST_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_other_host(measured: dict[int, dict[str, Measured]], name: str) -> None:
    assert set(HOSTS.findall(measured[MANY][name].html)) <= OURS


@pytest.mark.parametrize("name", PAGES)
def test_no_blank_stands_beside_a_chinese_mark(measured: dict[int, dict[str, Measured]], name: str) -> None:
    assert blanks.in_page(measured[FEW][name].html) == []
