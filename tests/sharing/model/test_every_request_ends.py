"""Every request gets an answer, whatever its readers do or leave undone, and the invariants hold on the way (S1, S2, S3,
C1–C7). `make soak` plays many more and longer sequences."""

import os
from unittest import mock

import pytest

from tests.sharing.model.playing import play

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

BROKEN = {
    "requests do not end": mock.patch("sharing.due._unfulfilled", return_value=()),
}
"""What acts on deadlines, taken away one at a time; the random commands have to run into each."""

ON_THEIR_WAY = {
    "nobody is missed": mock.patch("sharing.lendings.miss_lending", return_value=False),
    "nobody looks at drop points": mock.patch("sharing.uncollected.act_on_deposit", return_value=False),
    "nobody looks at parcels": mock.patch("sharing.shipments.act_on_shipment", return_value=False),
}


SOAK = "SOAK" in os.environ
PARTS = 50 if SOAK else 1
"""In parts, a long run keeps every processor busy and says how far it is."""


@pytest.mark.parametrize("part", range(PARTS))
def test_s2_every_request_ends_and_the_model_agrees_at_each_step(part: int) -> None:
    if SOAK:
        play(sequences=5000 // PARTS, steps=100, long=True)
    else:
        play(sequences=200, steps=50)


def test_s2_what_lies_at_a_drop_point_or_is_in_the_post_ends_too() -> None:
    play(sequences=8, steps=50, on_their_way=True)


@pytest.mark.parametrize("broken", ON_THEIR_WAY)
def test_s2_the_commands_run_into_what_is_missing_there(broken: str) -> None:
    with ON_THEIR_WAY[broken], pytest.raises(AssertionError):
        play(sequences=2, steps=50, on_their_way=True)


@pytest.mark.parametrize("broken", BROKEN)
def test_s2_the_same_commands_run_into_what_is_missing(broken: str) -> None:
    with BROKEN[broken], pytest.raises(AssertionError):
        play(sequences=8, steps=50)
