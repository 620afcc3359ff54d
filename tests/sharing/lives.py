"""A reader's life: a row with words in every private column of the register (CAN). Who exchanges books with them is nobody else of
the test, so that what the two know of each other by consent is no leak."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from wagtail.models import ModelLogEntry

from incentives.models import Adjustment, Appeal, EndedPeriod, LeaderboardEntry, Winner
from library_bridge.models import CampusAccount, Reader
from personal_catalog import flags, imports, tags
from personal_catalog.models import TitleSuggestion
from sharing import (
    asks,
    calendar_feeds,
    collectors,
    conversations,
    copy_journeys,
    deposits,
    following,
    groups,
    handovers,
    kept,
    outside,
    purchases,
    requests,
    saved_searches,
    shipments,
    title_notes,
)
from sharing.models import (
    Block,
    ChannelChoice,
    Delivery,
    Flag,
    Handover,
    IdempotencyKey,
    Lending,
    MailChoice,
    PushDevice,
    Rating,
)
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.test_deposits import a_drop_point

SHELF_CODE = "SHELF9"


@dataclass(frozen=True)
class Links:
    """What a reader may pass on, and what opens without a sign-in."""

    collector: str
    kept: str
    calendar: str


def endpoint_of(reader: Reader) -> str:
    """Of the reader's phone; not to be seen anywhere."""
    return f"https://{settings.PUSH_HOSTS[0]}/PHONE-OF-{reader.pk}"


def a_full_life(world: World, who: Reader) -> Links:
    """Before whatever else they do, so that the newest rows are those of the test."""
    alone(world, who)
    in_public(world, who)
    with_staff(world, who)
    reached(world, who)
    return with_others(world, who)


def a_shelf_with_a_code() -> None:
    a_drop_point(compartments="", shelf_code=SHELF_CODE)


def alone(world: World, who: Reader) -> None:
    """What a reader has without others."""
    now, day = world.now, (world.now + timedelta(days=5)).date()
    card = factories.patron(who)
    CampusAccount.objects.create(provider="https://sso", fingerprint=f"{who.pk:064}", patron=card, linked_at=now)
    factories.library_loan(card, factories.title(f"Loan {who.pk}"), now=now)
    own = factories.copy(who, factories.title(f"Own {who.pk}"), now=now)
    tags.tag_copy(copy_id=own.pk, actor=who, names=["Summer"])
    flags.flag_title(title=world.title, reader=who, kind="wrong", note="Wrong year", now=now)
    TitleSuggestion.objects.create(title=world.title, reader=who, changes={}, reason="Better", created_at=now)
    imports.start_import(reader=who, content=b"title\nListed\n", format="csv", mode="lend", now=now)
    outside.borrow_outside(actor=who, title="A friend's book", person="Friend", due_date=day, now=now)
    saved_searches.save_search(actor=who, text="Words", now=now)
    purchases.suggest_purchase(actor=who, title="Wish", note="Please", now=now)
    IdempotencyKey.objects.create(reader=who, key="k", command="c", digest=f"{who.pk}", answer={"a": 1}, created_at=now)
    Block.objects.create(blocker=who, blocked=world.lin, side="holder", book="A book", since=now)
    Flag.objects.create(
        reporter=who, about=world.lin, copy=world.copy, kind="other", words="Please look", raised_at=now
    )
    MailChoice.objects.create(reader=who, subject="asks", when="daily")
    Delivery.objects.create(
        reader=who, purpose="confirm", address="a@example.org", status="sent", priority=2, created_at=now, finished_at=now
    )  # fmt: skip


def with_others(world: World, who: Reader) -> Links:
    """A book left at a drop point, one sent, one that somebody else collects, one kept first, a rating, a report."""
    friend = factories.reader(f"Friend of {who.pk}")
    lies = lent(world, who, friend, "Left")
    handover = arranged(world, lies, "drop_point", "Book house")
    deposits.deposit_book(
        handover_id=handover.pk, actor=who, compartment="Second shelf", shelf_code=SHELF_CODE, now=world.now
    )
    parcel = arranged(world, lent(world, who, friend, "Sent"), "courier", "North gate")
    shipments.send_book(handover_id=parcel.pk, actor=who, carrier="EMS", tracking_number="E1234567", now=world.now)
    fetched = lent(world, friend, who, "Fetched")
    arranged(world, fetched, "in_person", "West gate")
    sent = collectors.name_collector(lending_id=fetched.pk, actor=who, now=world.now)
    talk = fetched.ask.conversation
    conversations.send_message(conversation_id=talk.pk, actor=who, text="To be reported", now=world.now)
    Flag.objects.create(
        reporter=friend, about=who, conversation=talk, seq=1, first_seq=1, last_seq=1, kind="other", raised_at=world.now
    )
    Rating.objects.create(lending=lies, reader=who, went="smoothly", words="Well", rated_at=world.now)
    book = factories.copy(who, factories.title(f"Kept {who.pk}"), now=world.now)
    first = kept.keep_holding(
        holding_key=book.key, actor=who, last_date=(world.now + timedelta(days=9)).date(), now=world.now
    )
    feed = calendar_feeds.open_feed(actor=who, now=world.now)
    return Links(collectors.address_of(sent), kept.address_of(first), feed)


def lent(world: World, giver: Reader, taker: Reader, name: str) -> Lending:
    copy = factories.copy(giver, factories.title(f"{name} {giver.pk}"), now=world.now)
    request = requests.place_request(actor=taker, holding_key=copy.key, message="", now=world.now)
    return asks.accept_ask(ask_id=request.asks.get().pk, actor=giver, now=world.now)


def arranged(world: World, lending: Lending, method: str, place: str) -> Handover:
    handover = handovers.propose_handover(
        lending_id=lending.pk, actor=lending.taker, method=method, place=place, starts_at=world.now + timedelta(hours=3),
        now=world.now,
    )  # fmt: skip
    return handovers.agree_handover(handover_id=handover.pk, actor=lending.giver, now=world.now)


def in_public(world: World, who: Reader) -> None:
    """What a reader shows by choice, under a name for it alone."""
    now = world.now
    groups.make_group(actor=who, name=f"Group {who.pk}", kind="club", my_name="Me", now=now)
    following.open_shelf(actor=who, name=f"Shelf {who.pk}", now=now)
    title_notes.write_note(title_id=world.title.pk, actor=who, text="Worth reading", now=now)
    shown = factories.copy(who, factories.title(f"Journey {who.pk}"), now=now)
    copy_journeys.open_journey(copy_id=shown.pk, actor=who, now=now)
    copy_journeys.join_journey(copy_id=shown.pk, actor=who, note="On the train", now=now)


def with_staff(world: World, who: Reader) -> None:
    """What librarians wrote of them, and places on lists that they have left since."""
    now = world.now
    Appeal.objects.create(
        reader=who, words="I was ill", made_at=now, status="refused", answer="Twice before", answered_by=world.lin,
        answered_at=now,
    )  # fmt: skip
    Adjustment.objects.create(reader=who, amount=5, reason="A mistake", proposed_by=world.lin, proposed_at=now)
    LeaderboardEntry.objects.create(
        board="lenders", period="month", place=who.pk, position=who.pk, reader=who, pseudonym="Plum", count=3
    )
    ended, _made = EndedPeriod.objects.get_or_create(
        period="month", first_date=now.date() - timedelta(days=54), last_date=now.date() - timedelta(days=24),
        defaults={"closed_at": now},
    )  # fmt: skip
    Winner.objects.create(ended=ended, board="lenders", place=1, count=3, reader=who, pseudonym="Plum")
    ModelLogEntry.objects.create(
        user=who, content_type=ContentType.objects.get_for_model(Reader), object_id="1", label="A thing",
        action="wagtail.edit", timestamp=now,
    )  # fmt: skip


def reached(world: World, who: Reader) -> None:
    """By push and by messenger, of everything."""
    PushDevice.objects.create(
        reader=who,
        endpoint=endpoint_of(who),
        key=b"k" * 65,
        secret=b"s" * 16,
        mark=f"mark-{who.pk}",
        created_at=world.now,
    )
    ChannelChoice.objects.bulk_create(
        ChannelChoice(reader=who, channel=channel, subject=subject, wanted=True)
        for channel in (Delivery.Channel.PUSH, Delivery.Channel.MESSENGER)
        for subject in MailChoice.Subject.values
    )
