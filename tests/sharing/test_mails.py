"""Mails are copies of notifications: written with the event, worded when they go out, sent once (N1 to N4, N6, P3)."""

import re
import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.test import Client

from library_bridge.models import Reader
from sharing import asks, conversations, deliveries, jobs, requests
from sharing.errors import Denied
from sharing.mailing import addresses, sending
from sharing.models import Ask, Delivery, Lending, MailChoice, Notification, Request
from sharing.staff import matters
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get

ADDRESS = "alice@campus.example"
Status, Reason = Delivery.Status, Delivery.Reason


@pytest.fixture(autouse=True)
def _nothing_hurries() -> Iterator[None]:
    with jobs.left_to_the_sweep():
        yield


@pytest.fixture
def mailed(world: World) -> World:
    """Alice, who speaks English, has her mails sent."""
    Reader.objects.filter(pk=world.alice.pk).update(email=ADDRESS, language="en")
    world.alice.refresh_from_db()
    return world


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    """What the mail server does with each message: by default takes it. The test's own list of answers comes first."""
    answers = mock.Mock(side_effect=None)
    real = EmailBackend.send_messages

    def send(backend: EmailBackend, messages: list[mail.EmailMessage]) -> int:
        answers(messages)
        return real(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return answers


def send(now: datetime) -> list[str]:
    with time_machine.travel(now, tick=False):
        return [str(deed["did"]) for deed in sending.send_due(now=now)]


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("status", "reason"))


def desk_of(world: World) -> Reader:
    rights = Permission.objects.filter(codename__in=("access_admin", "view_delivery", "change_delivery"))
    world.charlie.user_permissions.set(rights)
    return Reader.objects.get(pk=world.charlie.pk)


def link(kind: str, *, of: int = -1) -> str:
    found = re.search(rf"https?://[^/]+(/by-mail/[^\s]+/{kind}/)", mail.outbox[of].body)
    assert found, mail.outbox[of].body
    return found[1]


def test_n1_the_row_is_written_with_the_event_or_not_at_all(mailed: World) -> None:
    with (
        mock.patch("sharing.mailing.outbox.transaction.on_commit", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        steps.placed(mailed)
    assert not Delivery.objects.exists()
    assert not Notification.objects.exists()
    ask = steps.asked(mailed)
    assert Delivery.objects.get().notification.event.ask == ask
    assert mail.outbox == []


def test_a_holder_gets_the_ask_by_mail_with_nobodys_name_in_it(mailed: World) -> None:
    steps.asked(mailed)
    assert send(mailed.now) == ["mail.sent"]
    sent = mail.outbox[0]
    assert sent.to == [ADDRESS]
    assert sent.subject.startswith("A reader asks for your copy of “拖延心理学”")
    assert mailed.bob.display_name not in sent.body
    assert "I would like to read it." not in sent.body
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "Answer now" in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert states() == [(Status.SENT, "")]
    assert send(mailed.now + timedelta(days=1)) == []


def test_who_speaks_chinese_gets_it_in_chinese(mailed: World) -> None:
    Reader.objects.filter(pk=mailed.alice.pk).update(language="zh-hans")
    steps.asked(mailed)
    send(mailed.now)
    assert "《拖延心理学》" in mail.outbox[0].subject
    assert "不用登录就能答复" in mail.outbox[0].body


def test_nobody_without_an_address_gets_a_row(world: World) -> None:
    steps.on_loan(world)
    assert not Delivery.objects.exists()


def test_p3_what_is_over_or_read_or_unwanted_when_the_mail_goes_out_is_not_sent(mailed: World) -> None:
    def ask_by(reader: Reader) -> Request:
        return requests.place_request(actor=reader, holding_key=mailed.copy.key, now=mailed.now)

    def take_back(request: Request) -> None:
        requests.cancel_request(request_id=request.pk, actor=request.requester, now=mailed.now)

    take_back(ask_by(mailed.bob))
    assert send(mailed.now) == ["mail.suppressed"]
    second = ask_by(mailed.charlie)
    Notification.objects.filter(reader=mailed.alice).update(read_at=mailed.now)
    assert send(mailed.now) == ["mail.suppressed"]
    take_back(second)
    ask_by(mailed.lin)
    addresses.remove_address(actor=mailed.alice, now=mailed.now)
    assert send(mailed.now) == ["mail.suppressed"]
    assert [reason for _status, reason in states()] == [Reason.OVER, Reason.READ, Reason.NO_ADDRESS]
    assert mail.outbox == []


def test_p1_a_name_is_in_a_mail_only_while_it_may_be_told(mailed: World) -> None:
    Reader.objects.filter(pk=mailed.bob.pk).update(email="bob@campus.example", language="en")
    ask = steps.asked(mailed)
    send(mailed.now)
    asks.accept_ask(ask_id=ask.pk, actor=mailed.alice, now=mailed.now)
    send(mailed.now)
    to_bob = [sent for sent in mail.outbox if sent.to == ["bob@campus.example"]]
    assert [mailed.alice.display_name in sent.body for sent in to_bob] == [True]
    threads = {sent.extra_headers.get("References") for sent in mail.outbox}
    assert None not in threads
    assert len(threads) == 2  # one a reader, and they do not tell each other's


def test_choices_count_and_the_digest_is_one_mail_in_the_evening(mailed: World) -> None:
    addresses.choose(actor=mailed.alice, choices={"asks": "daily", "lendings": "never"})
    lending = steps.agreed(mailed)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=mailed.bob, text="At the gate?", now=mailed.now
    )
    steps.arranged(lending, now=mailed.now)  # not by mail
    assert send(mailed.now) == []
    assert send(mailed.now + timedelta(minutes=6)) == ["mail.sent"]
    assert "At the gate?" not in mail.outbox[0].body
    addresses.choose(actor=mailed.alice, choices={"messages": "daily"})
    for text in ("One", "Two"):
        conversations.send_message(
            conversation_id=lending.ask.conversation.pk, actor=mailed.bob, text=text, now=mailed.now
        )
    evening = mailed.now.replace(hour=18)
    assert send(evening) == ["mail.sent"]
    assert mail.outbox[1].subject == "2 pieces of news for you"
    assert {status for status, _reason in states()} == {Status.SENT, Status.SUPPRESSED}  # the ask is answered


@pytest.mark.parametrize(
    ("problem", "ends"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")}), (Status.FAILED, Reason.REFUSED)),
        (smtplib.SMTPDataError(554, b"spam"), (Status.FAILED, Reason.REFUSED)),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (451, b"greylisted")}), (Status.WAITING, Reason.LATER)),
        (smtplib.SMTPAuthenticationError(535, b"no"), (Status.WAITING, Reason.DOWN)),
        (smtplib.SMTPSenderRefused(553, b"who?", "us@library.example"), (Status.WAITING, Reason.DOWN)),
        (smtplib.SMTPServerDisconnected("gone"), (Status.WAITING, Reason.DOWN)),
        (TimeoutError("stalls"), (Status.WAITING, Reason.DOWN)),
        (ConnectionRefusedError(), (Status.WAITING, Reason.DOWN)),
    ],
)
def test_t_f2_n2_what_the_server_says(
    mailed: World, server: mock.Mock, caplog: pytest.LogCaptureFixture, problem: Exception, ends: tuple[str, str]
) -> None:
    steps.asked(mailed)
    server.side_effect = problem
    send(mailed.now)
    assert states() == [ends]
    assert ADDRESS not in caplog.text
    server.side_effect = None
    later = mailed.now + timedelta(hours=1)
    assert send(later) == ([] if ends[0] == Status.FAILED else ["mail.sent"])
    if ends[0] == Status.FAILED:
        assert deliveries.retry(delivery_id=Delivery.objects.get().pk, now=later)
        assert send(later) == ["mail.sent"]
    assert not deliveries.retry(delivery_id=Delivery.objects.get().pk, now=later)


def test_one_that_cannot_be_worded_keeps_no_other_back_and_is_shown_in_the_end(mailed: World) -> None:
    steps.asked(mailed)
    Delivery.objects.update(tries=deliveries.MOST_TRIES - 2)
    with mock.patch("sharing.mailing.letters.write", side_effect=ZeroDivisionError):
        assert send(mailed.now) == ["mail.words"]
        assert send(mailed.now + timedelta(hours=5)) == ["mail.words"]
    assert states() == [(Status.FAILED, Reason.WORDS)]
    assert deliveries.retry(delivery_id=Delivery.objects.get().pk, now=mailed.now + timedelta(days=9))
    assert send(mailed.now + timedelta(days=9)) == ["mail.sent"]


def test_a_server_that_is_down_is_asked_once_a_round(mailed: World, server: mock.Mock) -> None:
    ask = steps.asked(mailed)
    for _number in range(3):
        asks.remind_holder(ask_id=ask.pk, now=mailed.now)
        Ask.objects.update(remind_at=mailed.now)
    server.side_effect = ConnectionRefusedError()
    assert send(mailed.now) == ["mail.down"]
    assert server.call_count == 1


def test_n3_a_worker_that_dies_repeats_once_under_the_same_id_and_never_again(mailed: World, server: mock.Mock) -> None:
    """It dies between the server's yes and our note of it."""
    steps.asked(mailed)
    for hours in range(4):
        with mock.patch("sharing.deliveries.end", side_effect=KeyboardInterrupt):
            try:
                send(mailed.now + timedelta(hours=hours))
            except KeyboardInterrupt:
                continue
    assert len(mail.outbox) == 2
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 1
    assert states() == [(Status.FAILED, Reason.AGAIN)]


def test_n6_of_two_workers_at_once_one_sends(mailed: World, server: mock.Mock) -> None:
    """The second comes while the first talks to the server."""
    steps.asked(mailed)
    seen: list[list[str]] = []
    server.side_effect = lambda _messages: seen.append(list(send(mailed.now))) if not seen else None
    assert send(mailed.now) == ["mail.sent"]
    assert seen == [[]]
    assert len(mail.outbox) == 1


def test_n4_over_the_quota_asks_go_first_and_nothing_is_dropped(mailed: World, settings) -> None:
    settings.MAILS_PER_HOUR = 1
    Reader.objects.filter(pk=mailed.bob.pk).update(email="bob@campus.example", language="en")
    conversation = steps.asked(mailed).conversation
    for number in range(3):
        conversations.send_message(
            conversation_id=conversation.pk, actor=mailed.alice, text=str(number), now=mailed.now
        )
    at, sent = mailed.now + timedelta(minutes=10), []
    for _hour in range(6):
        send(at)
        sent.append(len(mail.outbox))
        at += timedelta(minutes=61)
    assert sent == [1, 2, 3, 4, 4, 4]
    assert mail.outbox[0].to == [ADDRESS]
    assert {status for status, _reason in states()} == {Status.SENT}


def test_n4_a_provider_that_counts_by_the_day_is_not_asked_for_more(mailed: World, settings) -> None:
    settings.MAILS_PER_DAY = 1
    conversation = steps.agreed(mailed).ask.conversation
    for hours in range(3):
        at = mailed.now + timedelta(hours=hours)
        conversations.send_message(conversation_id=conversation.pk, actor=mailed.bob, text=str(hours), now=at)
        send(at + timedelta(minutes=10))
    assert len(mail.outbox) == 1
    send(mailed.now + timedelta(days=1, hours=3))
    assert len(mail.outbox) == 2


def test_n2_n4_what_waits_for_a_day_is_shown_to_staff(mailed: World, settings) -> None:
    steps.asked(mailed)
    settings.MAILS_PER_HOUR = 0
    send(mailed.now)
    desk, later = desk_of(mailed), mailed.now + timedelta(hours=25)
    assert matters.waiting_for(desk, now=mailed.now + timedelta(hours=23)).count == 0
    (matter,) = matters.waiting_for(desk, now=later).shown
    assert matter.says == "1 outgoing message has waited for a day"
    assert matter.url == "/admin/mails/?status=waiting"


def test_n2_staff_try_again_what_failed_and_see_nobody(mailed: World, server: mock.Mock) -> None:
    steps.asked(mailed)
    server.side_effect = smtplib.SMTPDataError(554, b"spam")
    send(mailed.now)
    desk, row = desk_of(mailed), Delivery.objects.get()
    (matter,) = matters.waiting_for(desk, now=mailed.now).shown
    assert matter.says == "1 outgoing message could not be sent"
    listed = get(matter.url, desk, now=mailed.now)
    assert "the other side refuses it" in listed
    assert ADDRESS not in listed.html
    assert mailed.alice.display_name not in listed
    again = f"/admin/mails/{row.pk}/retry/"
    assert browser(desk).get(again).status_code == 405
    assert browser(mailed.bob).post(again).status_code == 302
    assert Delivery.objects.get().status == Status.FAILED
    browser(desk).post(again)
    server.side_effect = None
    assert send(mailed.now + timedelta(hours=1)) == ["mail.sent"]


def test_t_r14_no_line_break_reaches_a_header(mailed: World) -> None:
    mailed.title.title = "围城\r\nBcc: eve@evil.example\u2028X"
    mailed.title.save()
    steps.asked(mailed)
    send(mailed.now)
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == [ADDRESS]


def test_an_open_row_has_a_next_try(mailed: World) -> None:
    steps.asked(mailed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(next_try_at=None)


def test_t_c3_a_scanner_that_opens_the_answer_link_answers_nothing_and_its_holder_does_with_one_button(
    mailed: World,
) -> None:
    ask = steps.asked(mailed)
    send(mailed.now)
    somebody, page = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}), link("answer")
    with time_machine.travel(mailed.now, tick=False):
        for _try in range(3):
            opened = somebody.get(page)
            somebody.head(page)
        assert "Lend it" in opened.content.decode()
        assert mailed.bob.display_name not in opened.content.decode()
        ask.refresh_from_db()
        assert ask.status == Ask.Status.ASKED
        assert somebody.post(page, {"accept": ""}).status_code == 403
        token = opened.context["csrf_token"]
        said = somebody.post(page, {"accept": "", "csrfmiddlewaretoken": str(token)}, follow=True)
        assert "You have agreed." in said.content.decode()
        assert Lending.objects.get().ask == ask
        again = somebody.post(page, {"decline": "", "csrfmiddlewaretoken": str(token)}, follow=True)
        assert "You have agreed." in again.content.decode()
    assert Lending.objects.get().status == Lending.Status.AGREED


def test_a_no_from_the_mail_is_a_no(mailed: World) -> None:
    ask = steps.asked(mailed)
    send(mailed.now)
    with time_machine.travel(mailed.now, tick=False):
        said = browser().post(link("answer"), {"decline": "", "reason": "needed"}, follow=True).content.decode()
    assert "You said no." in said
    ask.refresh_from_db()
    assert ask.status == Ask.Status.DECLINED


def test_links_are_good_for_their_own_purpose_and_holder(mailed: World) -> None:
    ask = steps.asked(mailed)
    send(mailed.now)
    page, stop = link("answer"), link("stop")
    with time_machine.travel(mailed.now, tick=False):
        assert browser().get(stop.replace("/stop/", "/answer/")).status_code == 404
        assert browser().get(page[:-12] + "xxxx/answer/").status_code == 404
    with time_machine.travel(mailed.now + timedelta(days=31), tick=False):
        assert browser().get(page).status_code == 404
    Reader.objects.filter(pk=mailed.alice.pk).update(is_active=False)
    with time_machine.travel(mailed.now, tick=False):
        assert browser().post(page, {"accept": ""}).status_code == 404
    ask.refresh_from_db()
    assert ask.status == Ask.Status.ASKED


def test_a_mail_programs_own_button_stops_its_subject_only(mailed: World) -> None:
    steps.asked(mailed)
    send(mailed.now)
    page = link("stop")
    client = Client(enforce_csrf_checks=True)
    client.get(page)
    assert addresses.choices_of(mailed.alice)["asks"] == "at_once"
    assert client.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choices = addresses.choices_of(mailed.alice)
    assert choices.pop("asks") == MailChoice.When.NEVER
    assert MailChoice.When.NEVER not in choices.values()


def test_an_address_counts_once_its_link_was_opened(world: World) -> None:
    Reader.objects.filter(pk=world.alice.pk).update(language="en")
    with time_machine.travel(world.now, tick=False):
        alice = browser(world.alice)
        alice.post("/me/mail/address/", {"address": "first@x.example"})
        alice.post("/me/mail/address/", {"address": ADDRESS})
        list(sending.send_due(now=world.now))
        assert [sent.to for sent in mail.outbox] == [[ADDRESS]]  # the first has been superseded
        page = link("confirm")
        assert "This address is mine" in browser().get(page).content.decode()
        world.alice.refresh_from_db()
        assert world.alice.email == ""
        for _try in range(2):
            assert ADDRESS in browser().post(page).content.decode()
        world.alice.refresh_from_db()
        assert world.alice.email == ADDRESS
        alice.post("/me/mail/remove/")
        assert browser().post(page).status_code == 404
        world.alice.refresh_from_db()
        assert world.alice.email == ""


def test_t_a3_nobody_has_a_mailbox_filled(world: World) -> None:
    for hours in (0, 0, 2, 2, 4):
        addresses.propose_address(actor=world.alice, address=ADDRESS, now=world.now + timedelta(hours=hours))
    for reader, hours in ((world.alice, 6), (world.bob, 8)):
        with pytest.raises(Denied, match="several times"):
            addresses.propose_address(actor=reader, address=ADDRESS, now=world.now + timedelta(hours=hours))
    for nonsense in ("", "alice", "a@b@c", "alice@x\nBcc: y@z.example", "x" * 250 + "@a.example"):
        with pytest.raises(Denied, match="no mail address"):
            addresses.propose_address(actor=world.charlie, address=nonsense, now=world.now)


def test_a_library_without_mail_shows_none_of_it(mailed: World, settings) -> None:
    settings.MAIL_FROM = ""
    assert steps.asked(mailed).status == Ask.Status.ASKED
    assert not Delivery.objects.exists()
    assert browser(mailed.alice).get("/me/mail/").status_code == 404
    assert "/me/mail/" not in browser(mailed.alice).get("/me/").content.decode()
