"""Reports to the moderators: what they see, what they decide, and who learns of it (T-L8, T-C8)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from library_bridge.models import Reader
from personal_catalog.models import CopyPhoto
from sharing import conversations, flags, looks, notices, roles
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import Conversation, DomainEvent, Flag, Message
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World

BAD = "You are a fool"


def say(world: World, who: Reader, *texts: str) -> Conversation:
    talk = Conversation.objects.first() or steps.asked(world).conversation
    for text in texts:
        conversations.send_message(conversation_id=talk.pk, actor=who, text=text, now=world.now)
    return talk


@pytest.fixture
def talk(world: World) -> Conversation:
    say(world, world.alice, "one", "two", "three")
    say(world, world.bob, BAD)
    return say(world, world.alice, "five", "six", "seven")


def flag(world: World, talk: Conversation, *, seq: int = 4) -> Flag:
    return flags.flag_talk(conversation_id=talk.pk, seq=seq, actor=world.alice, kind="insult", now=world.now)


def decide(world: World, one: Flag, outcome: str, **said: object) -> Flag:
    how = {"reason": "Be kind.", **said}
    return flags.decide_flag(flag_id=one.pk, actor=world.lin, outcome=outcome, now=world.now, **how)  # type: ignore[arg-type]


def told(who: Reader) -> list[str]:
    rows = notices.for_list(who).filter(event__kind__regex="^(flag|moderation)")
    return [notices.sentence(row, who).text for row in rows]


def test_t_l8_a_moderator_sees_the_message_with_few_neighbours_and_each_look_is_kept(
    world: World, talk: Conversation
) -> None:
    one = flag(world, talk)
    lines = flags.look(flag_id=one.pk, actor=world.lin, now=world.now)
    assert [line.text for line in lines] == ["two", "three", BAD, "five", "six"]
    assert [line.text for line in lines if line.reported and line.by_about] == [BAD]
    assert DomainEvent.objects.filter(kind="flag.looked", actor=world.lin).count() == 1


def test_of_a_whole_conversation_the_last_five(world: World, talk: Conversation) -> None:
    one = flag(world, talk, seq=0)
    say(world, world.bob, "afterwards")
    lines = flags.look(flag_id=one.pk, actor=world.lin, now=world.now)
    assert [line.text for line in lines] == ["three", BAD, "five", "six", "seven"]


def test_t_l8_nobody_else_sees_it(world: World, talk: Conversation) -> None:
    one = flag(world, talk)
    for who in (world.alice, world.bob, world.charlie, factories.reader("Temp", is_staff=True)):
        with pytest.raises(NotFound):
            flags.look(flag_id=one.pk, actor=who, now=world.now)


def test_t_l1_a_branch_sees_its_own_readers_reports_and_nobody_their_own(world: World, talk: Conversation) -> None:
    roles.ensure_roles()
    one = flag(world, talk)
    branch = factories.reader("Branch", is_staff=True)
    branch.groups.add(Group.objects.get(name="Branch librarians"))
    branch.desk_areas.add(factories.area("lake"))
    assert not flags.seen_by_staff(branch).exists()
    branch.desk_areas.add(factories.area())
    assert flags.seen_by_staff(branch).get() == one
    Flag.objects.update(about=branch)
    assert not flags.seen_by_staff(branch).exists()


def test_hidden_a_message_is_gone_from_both_sides_and_stays_for_evidence(world: World, talk: Conversation) -> None:
    decide(world, flag(world, talk), "hidden")
    for who in (world.alice, world.bob):
        page = browsers.seen(browsers.of(who), f"/conversations/{talk.pk}/")
        assert BAD not in page
        assert "Hidden by a librarian." in page
        assert BAD not in Api(who).get(f"/conversations/{talk.pk}/messages").content.decode()
    assert Message.objects.get(seq=4).text == BAD


def test_the_reporter_is_told_the_outcome_and_the_other_the_reason_only(world: World, talk: Conversation) -> None:
    decide(world, flag(world, talk), "warned")
    (to_alice,), (to_bob,) = told(world.alice), told(world.bob)
    assert "has acted on it" in to_alice
    assert "Be kind." in to_bob
    assert "report" not in to_bob


def test_nothing_wrong_is_told_to_the_reporter_alone(world: World, talk: Conversation) -> None:
    decide(world, flag(world, talk), "no_fault", reason="")
    assert "nothing against the rules" in told(world.alice)[0]
    assert told(world.bob) == []
    assert Message.objects.get(seq=4).hidden_at is None


def test_kept_from_conversations_one_can_still_choose_a_reply(world: World, talk: Conversation) -> None:
    decide(world, flag(world, talk), "suspended", days=7)
    with pytest.raises(LimitReached):
        say(world, world.bob, "More of it")
    reply = conversations.Chosen("when", {})
    conversations.send_message(conversation_id=talk.pk, actor=world.bob, reply=reply, now=world.now)
    later = world.now + timedelta(days=8)
    Conversation.objects.update(closed_at=None)
    conversations.send_message(conversation_id=talk.pk, actor=world.bob, text="Sorry", now=later)
    assert "Until" in told(world.bob)[0]


@pytest.mark.parametrize(
    ("outcome", "said", "field"),
    [
        ("nonsense", {}, "outcome"),
        ("warned", {"reason": " "}, "reason"),
        ("suspended", {"days": 0}, "days"),
        ("suspended", {"days": 91}, "days"),
    ],
)
def test_a_decision_has_to_make_sense(
    world: World, talk: Conversation, outcome: str, said: dict[str, object], field: str
) -> None:
    with pytest.raises(Denied) as refused:
        decide(world, flag(world, talk), outcome, **said)
    assert refused.value.field == field


def test_it_is_decided_once(world: World, talk: Conversation) -> None:
    one = decide(world, flag(world, talk), "hidden")
    with pytest.raises(IllegalTransition):
        decide(world, one, "no_fault")


def test_reporting_again_gives_the_same_and_own_messages_are_none(world: World, talk: Conversation) -> None:
    assert flag(world, talk) == flag(world, talk)
    for seq in (1, 99):
        with pytest.raises(Denied):
            flag(world, talk, seq=seq)
    with pytest.raises(NotFound):
        flags.flag_talk(conversation_id=talk.pk, seq=4, actor=world.charlie, kind="insult", now=world.now)


def test_there_is_a_limit_a_day(world: World, talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flags, "MOST_A_DAY", 1)
    flag(world, talk)
    with pytest.raises(LimitReached):
        flag(world, talk, seq=0)


def test_t_o4_a_copy_loses_its_note_and_a_photo_goes(world: World) -> None:
    copy = factories.copy(world.alice, world.title, now=world.now, note="Ten yuan, call me")
    photo = CopyPhoto.objects.create(copy=copy, bytes=1, width=1, height=1, taken_at=world.now)
    for photo_id in (None, photo.pk):
        how = {"holding_key": copy.key, "photo_id": photo_id, "kind": "advert", "now": world.now}
        decide(world, flags.flag_copy(actor=world.bob, **how), "hidden")  # type: ignore[arg-type]
        with pytest.raises(Denied):
            flags.flag_copy(actor=world.alice, **how)  # type: ignore[arg-type]
    copy.refresh_from_db()
    assert (copy.note, copy.photos.count()) == ("", 0)
    assert Flag.objects.earliest("pk").excerpt == "Ten yuan, call me"


def test_p5_looks_are_seen_by_the_reporter_and_by_the_other_only_once_acted(world: World, talk: Conversation) -> None:
    one = flag(world, talk)
    flags.look(flag_id=one.pk, actor=world.lin, now=world.now)
    assert len(looks.at_data_of(world.alice)) == 1
    assert looks.at_data_of(world.bob) == []
    decide(world, one, "warned")
    assert len(looks.at_data_of(world.bob)) == 1


def test_the_pages_lead_from_the_message_to_the_outcome(world: World, talk: Conversation) -> None:
    alice, lin = browsers.of(world.alice), browsers.of(world.lin)
    page = f"/conversations/{talk.pk}/flag/"
    assert BAD in browsers.seen(alice, page)
    with browsers.at(world.now):
        assert "Please" not in browsers.seen(alice, page)
        alice.post(page, {"what": "4", "kind": "insult", "words": "It hurts"})
        one = Flag.objects.get()
        assert "yet to look" in browsers.seen(alice, "/me/data/")
        listed, desk = browsers.seen(lin, "/admin/flags/"), browsers.seen(lin, f"/admin/flags/{one.pk}/")
        assert f"F-{one.pk}" in listed
        assert BAD in desk
        assert "seven" not in desk
        assert "Bob" not in desk
        assert lin.post(f"/admin/flags/{one.pk}/", {"outcome": "hidden", "reason": ""}).status_code == 200
        lin.post(f"/admin/flags/{one.pk}/", {"outcome": "hidden", "reason": "An insult."})
        assert "has acted on it" in browsers.seen(alice, "/me/data/")


def test_the_api_reports_and_tells_the_outcome(world: World, talk: Conversation) -> None:
    api = Api(world.alice)
    made = api.post(f"/conversations/{talk.pk}/flag", {"seq": 4, "kind": "insult"})
    assert (made.status_code, made.json()["about"], made.json()["acted"]) == (201, "message", None)
    decide(world, Flag.objects.get(), "hidden")
    assert api.get("/me/flags").json()["items"][0]["acted"] is True
    assert Api(world.bob).get("/me/flags").json()["count"] == 0
