"""Two who write about one title at once, on PostgreSQL, with the control."""

import threading
from contextlib import suppress
from unittest import mock

import pytest

from sharing import pseudonyms, title_notes
from sharing.models import TitleNote
from tests.races import together, without_locks
from tests.sharing.conftest import World
from tests.sharing.test_races import world as world  # on tables that every thread sees

PATIENCE = 0.4  # seconds that one waits for the other, which the lock keeps back
ENOUGH = 5.0  # for the other to come, without the lock
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def names_of_two(world: World, *, patience: float = PATIENCE) -> set[int]:
    both, draw = threading.Barrier(2), pseudonyms.draw

    def once_both_are_here(taken: list[int]) -> int:
        drawn = draw(taken)
        with suppress(threading.BrokenBarrierError):  # under the lock the second never comes so far
            both.wait(patience)
        return drawn

    first = mock.patch.object(pseudonyms, "choice", lambda free: free[0])
    with first, mock.patch.object(pseudonyms, "draw", once_both_are_here):
        together(
            *[
                lambda who=who: title_notes.write_note(  # type: ignore[misc]
                    title_id=world.title.pk, actor=who, text="A fine book", now=world.now
                )
                for who in (world.bob, world.charlie)
            ]
        )
    return set(TitleNote.objects.values_list("name", flat=True))


def test_two_who_write_at_once_have_two_names_and_without_locks_one(world: World) -> None:
    """The control in the same test: the tables are emptied once."""
    assert names_of_two(world) == {0, 1}
    TitleNote.objects.all().delete()
    with without_locks():
        assert names_of_two(world, patience=ENOUGH) == {0}
