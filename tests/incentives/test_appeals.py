"""Who thinks that something wrongly counts against them asks a librarian, and is told the answer."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from incentives import appeals, standing
from incentives.errors import AppealOpen, NotForOneself
from incentives.models import Appeal, IncentiveSettings
from library_bridge.models import Reader
from sharing.errors import IllegalTransition, NotFound
from sharing.models import Notification, ReaderLimit
from tests.incentives.factories import a_lending, a_reader, an_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    lin = a_reader("Lin", is_staff=True)
    rights = ("change_appeal", "view_appeal", "access_admin")
    lin.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return Reader.objects.get(pk=lin.pk)


@pytest.fixture
def alice(now):
    """Was not met, twice."""
    alice = a_reader("Alice")
    for day in (1, 2):
        an_event("lending.no_show", a_lending(alice, a_reader("Bob"), now=now), at=now - timedelta(days=day))
    standing.apply(alice, now=now)
    return alice


def asked(alice, now):
    return appeals.make_appeal(actor=alice, words=" The gate was locked. ", now=now)


def answered(appeal, lin, now, *, grant=True):
    return appeals.answer_appeal(appeal_id=appeal.pk, grant=grant, answer="You are right.", actor=lin, now=now)


def test_what_was_granted_counts_no_longer_and_the_reader_is_told(alice, lin, now):
    assert ReaderLimit.objects.get(reader=alice).open_requests == 3
    answered(asked(alice, now), lin, now)
    assert ReaderLimit.objects.get(reader=alice).open_requests == 5
    assert Notification.objects.get(reader=alice).event.kind == "standing.answered"
    later = now + timedelta(days=1)
    for _time in range(2):
        an_event("lending.no_show", a_lending(alice, a_reader("Bob"), now=later), at=later)
    assert standing.level(alice, now=later).level == 1


def test_what_was_refused_stays(alice, lin, now):
    answered(asked(alice, now), lin, now, grant=False)
    assert standing.level(alice, now=now).level == 1


def test_one_appeal_waits_at_a_time_and_is_answered_once(alice, lin, now):
    appeal = asked(alice, now)
    with pytest.raises(AppealOpen):
        asked(alice, now)
    answered(appeal, lin, now)
    with pytest.raises(IllegalTransition):
        answered(appeal, lin, now, grant=False)
    asked(alice, now)


def test_only_somebody_else_with_the_right_answers(alice, lin, now):
    appeal = asked(alice, now)
    with pytest.raises(NotFound):
        answered(appeal, a_reader("Charlie"), now)
    with pytest.raises(NotForOneself):
        answered(asked(lin, now), lin, now)


def test_the_page_takes_the_words_and_shows_the_answer(client, alice, lin, now):
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})  # standing counts all the same
    client.force_login(alice)
    client.post("/standing/", {"words": "The gate was locked."})
    page = client.get("/standing/").content.decode()
    assert "The gate was locked." in page
    assert "<textarea" not in page
    answered(Appeal.objects.get(), lin, now)
    assert "You are right." in client.get("/standing/").content.decode()


def test_the_librarian_answers_from_the_queue_without_a_name(alice, lin, now):
    appeal, staff = asked(alice, now), Client(headers={"accept-language": "en"})
    staff.force_login(lin)
    queue = staff.get(reverse("appeals:index")).content.decode()
    assert reverse("appeals:answer", args=[appeal.pk]) in queue
    assert "Pk" not in queue
    address = reverse("appeals:answer", args=[appeal.pk])
    page = staff.get(address).content.decode()
    assert "The gate was locked." in page
    assert "Alice" not in page
    staff.post(address, {"decision": "refuse", "answer": "Bob says otherwise."})
    appeal.refresh_from_db()
    assert (appeal.status, appeal.answered_by) == ("refused", lin)


def test_words_of_nothing_but_blanks_are_not_sent(client, alice):
    client.force_login(alice)
    assert client.post("/standing/", {"words": "   "}).status_code == 200
    assert not Appeal.objects.exists()
