"""What of points waits for staff stands on the desk's first page; nobody is shown what is about themselves."""

from datetime import timedelta
from unittest import mock

import pytest
from django.urls import reverse

from incentives import appeals
from incentives.adjustments import propose_adjustment
from incentives.models import RingReview
from sharing.staff import matters
from tests.incentives.factories import a_lending, a_reader, an_event
from tests.sharing.staff.desk import seen, staff

pytestmark = pytest.mark.django_db


def told(who, now):
    return [str(matter.says) for matter in matters.waiting_for(who, now=now).shown]


@pytest.fixture(autouse=True)
def _each_leads_to_its_list(now):
    """Whoever is shown a matter may open what it leads to."""
    shown, inner = [], matters.waiting_for

    def watched(who, *, now):
        found = inner(who, now=now)
        shown.extend((who, matter.url) for matter in found.shown)
        return found

    with mock.patch.object(matters, "waiting_for", watched):
        yield
    assert shown
    assert [seen(url, who, now).status for who, url in shown] == [200] * len(shown)


def test_an_appeal_waits_for_whoever_may_answer_it(now):
    lin = staff("incentives.change_appeal", "incentives.view_appeal", name="Lin")
    for appellant in (a_reader("Alice"), lin):
        for day in (1, 2):
            an_event("lending.no_show", a_lending(appellant, a_reader("Bob"), now=now), at=now - timedelta(days=day))
        appeals.make_appeal(actor=appellant, words="The gate was locked.", now=now)
    assert told(lin, now) == ["1 appeal about standing waits for an answer"]
    assert told(staff(name="Charlie"), now) == []
    page = seen(reverse("wagtailadmin_home"), lin, now)
    assert reverse("appeals:index") + "?status=open" in page.html
    assert "The oldest since" in page


def test_held_points_wait_until_the_day_on_which_they_are_let_go(now):
    lin = staff("incentives.change_ringreview", "incentives.view_ringreview", name="Lin")
    for member in (a_reader("Alice"), lin):
        RingReview.objects.create(found_at=now, decide_by=now + timedelta(days=30)).members.add(member)
    (matter,) = matters.waiting_for(lin, now=now).shown
    assert matter.says == "Points of 1 group of readers are held for a check"
    assert matter.note.startswith("Undecided, the first of them are let go: ")


def test_an_adjustment_waits_for_a_second_librarian(now):
    rights = ("incentives.add_adjustment", "incentives.view_adjustment")
    lin, wang = (staff(*rights, name=name) for name in ("Lin", "Wang"))
    for reader in (a_reader("Alice"), wang):
        propose_adjustment(reader_id=reader.pk, amount=50, reason="A fair", actor=lin, now=now)
    assert told(lin, now) == []
    assert told(wang, now) == ["1 adjustment of points waits for a second librarian"]
