"""Every request gets an answer, whatever its readers do or leave undone, and the invariants hold on the way (S1, S2, S3,
C1–C7). `make soak` plays many more and longer sequences."""

import os
from unittest import mock

import pytest

from tests.sharing.model.playing import play

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

BROKEN = {
    "requests do not end": mock.patch("sharing.due._unfulfilled", return_value=()),
    "nobody is missed": mock.patch("sharing.lendings.miss_lending", return_value=False),
}
"""What acts on deadlines, taken away one at a time; the random commands have to run into each."""


def test_s2_every_request_ends_and_the_model_agrees_at_each_step() -> None:
    if os.environ.get("SOAK"):
        play(sequences=5000, steps=100, long=True)
    else:
        play(sequences=200, steps=50)


@pytest.mark.parametrize("broken", BROKEN)
def test_s2_the_same_commands_run_into_what_is_missing(broken: str) -> None:
    with BROKEN[broken], pytest.raises(AssertionError):
        play(sequences=8, steps=50)
