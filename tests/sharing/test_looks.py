"""Who looked at a reader's data: its reader sees it, and unusually many looks are noticed (P5, T-L2)."""

from datetime import datetime, timedelta

import pytest
from wagtail.log_actions import log

from library_bridge.models import EmbeddedPatron, PatronCategory
from library_bridge.served import LOOKED
from sharing import disclosures, looks
from sharing.models import Lending
from sharing.staff import matters
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def looked(world: World, lending: Lending, *, times: int = 1, at: datetime | None = None) -> None:
    for _time in range(times):
        disclosures.look_up_readers(lending_id=lending.pk, actor=world.lin, reason="A cover", now=at or world.now)


def test_t_l2_both_readers_see_the_look_and_its_reason_among_their_data(world: World) -> None:
    looked(world, steps.agreed(world))
    for who in (world.alice, world.bob):
        page = browsers.seen(browsers.of(who), "/me/data/")
        assert "A librarian looked" in page
        assert "A cover" in page
        assert "Lin" not in page


def test_p5_nobody_else_sees_it(world: World) -> None:
    looked(world, steps.agreed(world))
    assert "Nobody has looked" in browsers.seen(browsers.of(world.charlie), "/me/data/")


def test_t_l2_a_card_on_the_desk_is_seen_by_its_reader(world: World) -> None:
    card = factories.patron(world.bob, card_number="2023001")
    kind = PatronCategory.objects.create(library=card.library, code="s", name="Students")
    there = EmbeddedPatron.objects.create(library=card.library, card_number="2023001", name="Bob", category=kind)
    log(instance=there, action=LOOKED, user=world.lin)
    assert [look.words for look in looks.at_data_of(world.bob)] == ["Your card was served at the circulation desk."]
    assert looks.at_data_of(world.alice) == []


def test_t_l2_an_unusual_rate_stands_on_the_desks_first_page(world: World, settings: pytest.FixtureRequest) -> None:
    settings.LOOKS_A_DAY = 3  # type: ignore[attr-defined]
    lending = steps.agreed(world)
    looked(world, lending, times=3)
    assert looks.often(now=world.now) == []
    looked(world, lending)
    assert looks.often(now=world.now) == [(world.lin, 4)]
    said = [str(matter.says) for matter in matters.waiting_for(world.lin, now=world.now).shown]
    assert "Lin has looked up readers 4 times within a day" in said
    assert looks.often(now=world.now + timedelta(days=2)) == []
