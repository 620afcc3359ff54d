"""What readers were told, in words: for each kind, from each side, in both languages."""

from datetime import timedelta

import pytest
from django.utils import translation

from sharing import conversations, lendings, notices
from sharing.models import Ask, DomainEvent, Notification
from sharing.notices import addresses
from sharing.notifications import TELLS
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def told(reader: object) -> list[notices.Notice]:
    return [notices.sentence(row, reader) for row in notices.for_list(reader)]  # type: ignore[arg-type]


def test_every_kind_that_is_told_has_its_sentence() -> None:
    assert set(TELLS) == set(notices.SENTENCES)


NO_BOOK = ("search.ended", "purchase.reminded", "flag.reminded", "group.", "standing.")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", sorted(kind for kind in TELLS if not kind.startswith(NO_BOOK)))
def test_each_kind_reads_well_from_both_sides(world: World, kind: str, language: str) -> None:
    lending = steps.on_loan(world)
    event = DomainEvent.objects.filter(lending=lending, handover__isnull=False).latest("pk")
    event.kind = kind
    event.data = {
        "conversation": lending.ask.conversation.pk, "asked": 2, "due_at": lending.due_at.isoformat(),
        "worse": ["cover"], "lent": True, "count": 3, "title_id": 1, "answer_by": lending.due_at.isoformat(),
    }  # fmt: skip
    with translation.override(language):
        for reader in (world.alice, world.bob):
            notice = notices.sentence(event, reader)
            assert "%" not in notice.text
            assert "拖延心理学" in notice.text
            assert notice.url == lending.get_absolute_url()


@pytest.mark.parametrize(
    "kind", sorted(addresses.PLACES.keys() & TELLS.keys() | {"holding.kept", "note.hidden", "group.closed"})
)
def test_what_is_no_longer_kept_is_said_calmly(world: World, kind: str) -> None:
    notice = notices.sentence(DomainEvent(kind=kind, at=world.now), world.bob)
    assert (notice.text, notice.url) == ("What you were told here is no longer kept.", "/shelf/")


def test_p1_p2_nobody_has_a_name_before_consent(world: World) -> None:
    ask = steps.asked(world)
    for who in (world.alice, world.bob):
        conversations.send_message(conversation_id=ask.conversation.pk, actor=who, text="Hello", now=world.now)
    assert {n.text for n in told(world.bob)} == {"The holder wrote to you about “拖延心理学”."}
    assert not any("Bob" in n.text for n in told(world.alice))


def test_p3_a_name_goes_when_consent_no_longer_stands(world: World) -> None:
    steps.agreed(world)
    assert any("Alice" in n.text for n in told(world.bob))
    Ask.objects.update(status="withdrawn")
    assert not any("Alice" in n.text for n in told(world.bob))


def test_before_consent_the_message_leads_where_each_may_look(world: World) -> None:
    ask = steps.asked(world)
    for who in (world.alice, world.bob):
        conversations.send_message(conversation_id=ask.conversation.pk, actor=who, text="Hello", now=world.now)
    assert {n.url for n in told(world.alice)} == {f"/asks/{ask.pk}/"}
    assert {n.url for n in told(world.bob)} == {f"/conversations/{ask.conversation.pk}/"}


def test_an_ask_that_was_answered_no_longer_asks(world: World) -> None:
    ask = steps.asked(world)
    assert "Please answer" in told(world.alice)[-1].text
    Ask.objects.filter(pk=ask.pk).update(status="declined", answered_at=world.now)
    assert "Please answer" not in told(world.alice)[-1].text


def test_t_r6_a_reason_stays_text(world: World) -> None:
    lending = steps.agreed(world)
    event = DomainEvent.objects.filter(lending=lending).latest("pk")
    event.kind, event.why = "lending.cancelled", "<b>100%% %(title)s</b>"
    notice = notices.sentence(event, world.alice)
    assert "<b>" not in notice.html
    assert "100%% %(title)s" in notice.text


def test_languages_are_marked_in_the_html_only(world: World) -> None:
    steps.asked(world)
    notice = told(world.alice)[0]
    assert '<span lang="zh-Hans">拖延心理学</span>' in notice.html
    assert "<" not in notice.text


def test_one_query_however_many(world: World, django_assert_num_queries: object) -> None:
    steps.returned(steps.on_loan(world), now=world.now + timedelta(days=2))
    assert Notification.objects.filter(reader=world.bob).count() >= 3
    with django_assert_num_queries(1):  # type: ignore[operator]
        told(world.bob)


def test_p4_the_place_is_told_for_a_day_after_the_end_and_no_longer(world: World) -> None:
    """T-C7: in notices and on the slip; the API's own test says the same."""
    lending = steps.agreed(world)
    steps.arranged(lending, now=world.now)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, now=world.now)
    for after, shown in ((timedelta(hours=23), True), (timedelta(hours=25), False)):
        for who in (world.alice, world.bob):
            with browsers.at(world.now + after):
                client = browsers.of(who)
                for page in ("/notifications/", lending.get_absolute_url()):
                    assert ("West gate" in browsers.seen(client, page)) is shown
