"""The desk's first page: what is stuck, and the figures."""

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils.html import escape

from library_bridge.models import Library, Reader, Transfer
from personal_catalog import flags
from sharing.models import DomainEvent, Lending
from sharing.staff import matters, overview
from tests import factories
from tests.sharing import crowds, steps
from tests.sharing.conftest import World
from tests.sharing.staff.desk import DAY, MINUTE, seen, staff
from tests.sharing.test_library_loans import Story

pytestmark = pytest.mark.django_db


def test_the_overview_says_what_is_stuck_and_what_to_do(world: World, lin: Reader, disputed: Lending) -> None:
    page = seen(reverse("wagtailadmin_home"), lin, world.now + DAY)
    assert "A problem was reported: “拖延心理学”" in page
    assert reverse("lendings:inspect", args=[disputed.pk]) in page.html


def test_nothing_stuck_is_said_plainly(world: World, lin: Reader) -> None:
    assert "Nothing waits for you." in seen(reverse("wagtailadmin_home"), lin, world.now)


def test_a_transfer_the_library_refused_is_stuck(stuck: tuple[Story, Lending], now: datetime) -> None:
    assert stuck[1].status == Lending.Status.NEEDS_LIBRARIAN
    (matter,) = matters.waiting_for(staff("sharing.view_lending"), now=now).shown
    assert "The library did not move the loan" in matter.says


def test_a_transfer_that_waits_long_is_stuck(no_worker: None, now: datetime) -> None:
    Story(now).hand_over()
    clerk = staff("sharing.view_lending")
    assert not matters.waiting_for(clerk, now=now + MINUTE).shown
    (matter,) = matters.waiting_for(clerk, now=now + 20 * MINUTE).shown
    assert matter.says == "1 transfer waits for the library system"


def test_events_that_are_not_delivered_are_noticed(world: World) -> None:
    steps.placed(world)
    late = DomainEvent.objects.latest("recorded_at").recorded_at + 20 * MINUTE
    (matter,) = matters.waiting_for(staff("sharing.view_domainevent"), now=late).shown
    assert "events are not delivered yet" in matter.says


def test_titles_typed_by_hand_wait_for_a_curator(world: World) -> None:
    factories.title("Typed", status="pending")
    (matter,) = matters.waiting_for(staff("personal_catalog.change_title"), now=world.now).shown
    assert (matter.says, matter.url) == (
        "1 title typed by hand waits for a curator",
        reverse("catalog-queue-of", args=["typed"]),
    )


def test_records_flagged_by_readers_wait_for_a_curator(world: World) -> None:
    flags.flag_title(title=world.title, reader=world.bob, kind="wrong", note="Wrong year", now=world.now)
    (matter,) = matters.waiting_for(staff("personal_catalog.change_title"), now=world.now).shown
    assert (matter.says, matter.url) == (
        "1 record flagged by a reader",
        reverse("catalog-queue-of", args=["flags"]),
    )


def test_staff_without_a_right_see_neither_matters_nor_figures(world: World, disputed: Lending) -> None:
    page = seen(reverse("wagtailadmin_home"), staff(name="Charlie"), world.now + DAY)
    assert page.status == 200
    assert "Nothing waits for you." in page
    assert "In figures" not in page
    assert "拖延心理学" not in page


@pytest.mark.parametrize(("least", "told"), [(False, "12"), (True, "≥ 12")])
def test_a_count_that_leaves_out_who_is_forgotten_says_at_least(least: bool, told: str) -> None:
    assert overview.written(12, "count", least=least) == (told, "")


def test_figures_stand_beside_the_former_period_and_link_to_their_meaning(now: datetime) -> None:
    for _ in range(5):
        crowds.accepted(now=now - 5 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "Answered 100.0" in page
    assert f"{reverse('desk-definitions')}#figure-answered" in page.html


def test_the_period_is_chosen_from_a_list(now: datetime) -> None:
    for _ in range(5):
        crowds.placed(now=now - 60 * DAY)
    clerk = staff("sharing.view_request")
    assert "Requests 5 before: –" in seen(reverse("wagtailadmin_home") + "?days=90", clerk, now)
    assert "Requests – before: 5" in seen(reverse("wagtailadmin_home") + "?days=90000", clerk, now)


def test_each_chart_has_its_finding_in_words_and_a_table(now: datetime) -> None:
    for _ in range(5):
        crowds.handed_over(now=now - 9 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "5 requests ended, 100% of them with a book handed over" in page
    assert page.html.count('<svg class="chart"') == page.html.count("table-box") - page.html.count('"desk-wanted"') // 2


def test_few_readers_stay_unseen_on_the_overview_p6(now: datetime) -> None:
    for _ in range(4):
        crowds.handed_over(now=now - 9 * DAY)
    page = seen(reverse("wagtailadmin_home"), staff("sharing.view_request"), now)
    assert "fewer than five readers" in page
    assert "Requests – before: –" in page


def test_the_definitions_explain_every_figure(world: World) -> None:
    page = seen(reverse("desk-definitions"), staff("sharing.view_request"), world.now)
    assert "Holders were asked and none of them answered in time." in page
    assert seen(reverse("desk-definitions"), staff(), world.now).status == 302


def test_the_overview_speaks_chinese(world: World, lin: Reader, disputed: Lending) -> None:
    assert "《拖延心理学》" in seen(reverse("wagtailadmin_home"), lin, world.now + DAY, language="zh-CN")


def test_a_refused_transfer_waits_on_the_page_of_library_systems_too(lin: Reader, stuck: tuple[Story, Lending]) -> None:
    story, lending = stuck
    was_refused(lending, story.now)
    assert "1 refused, its lending waits" in seen(reverse("library-systems:index"), lin, story.now)


def was_refused(lending: Lending, now: datetime) -> None:
    Transfer.objects.filter(lending=lending).update(status=Transfer.Status.REFUSED, finished_at=now)


def test_the_number_of_refused_transfers_leads_to_just_these(lin: Reader, stuck: tuple[Story, Lending]) -> None:
    story, lending = stuck
    page = seen(reverse("library-systems:index"), lin, story.now)
    assert "trouble=refused" not in page.html  # it needs a librarian, and was not refused
    was_refused(lending, story.now)
    listed = f"{reverse('lendings:index')}?trouble=refused&library="
    page = seen(reverse("library-systems:index"), lin, story.now)
    assert f'href="{escape(listed)}{story.campus.library.pk}"' in page.html
    assert lending.number in seen(f"{listed}{story.campus.library.pk}", lin, story.now)
    branch = Library.objects.create(code="branch", name_zh="分馆", name_en="Branch")
    assert lending.number not in seen(f"{listed}{branch.pk}", lin, story.now)


def test_staff_are_told_of_the_refused_transfers_that_they_may_see(stuck: tuple[Story, Lending]) -> None:
    story, lending = stuck
    was_refused(lending, story.now)
    rights = ("library_bridge.view_transfer", "sharing.view_lending")
    clerk, of_transfers, of_all = staff(*rights), staff(rights[0], name="Tang"), staff(*rights, name="Wu")
    clerk.desk_areas.add(factories.area("bamboo"))
    for who, told in ((clerk, False), (of_transfers, False), (of_all, True)):
        assert ("1 refused" in seen(reverse("library-systems:index"), who, story.now)) is told, who


def test_the_admins_search_leads_to_titles_and_lendings(world: World, lin: Reader) -> None:
    page = seen("/admin/pages/search/?q=x", lin, world.now).html
    for address in ("wagtailsnippets_personal_catalog_title:list", "lendings:index"):
        assert f"{reverse(address)}?q=x" in page
