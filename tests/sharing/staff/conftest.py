"""Something for the desk to look into."""

from collections.abc import Iterator
from datetime import datetime
from unittest import mock

import pytest

from library_bridge.models import Reader
from sharing import disputes, transferring
from sharing.models import Lending
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.staff.desk import DAY
from tests.sharing.test_library_loans import Story


@pytest.fixture
def lin(world: World) -> Reader:
    return world.lin


@pytest.fixture
def disputed(world: World) -> Lending:
    lending = steps.on_loan(world)
    return disputes.dispute_lending(
        lending_id=lending.pk, actor=world.alice, reason="The back cover <b>is</b> gone", now=world.now + DAY
    )


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Jobs are sent and nobody takes them up."""
    with mock.patch("sharing.jobs.hurry"):
        yield


@pytest.fixture
def stuck(no_worker: None, now: datetime) -> tuple[Story, Lending]:
    """Handed over, but the item went back over the library's counter before it could move."""
    story = Story(now)
    lending = story.hand_over()
    story.campus.system(now).check_in(story.item.barcode)
    return story, transferring.advance_transfer(lending_id=lending.pk, now=now)
