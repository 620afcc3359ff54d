"""Every request gets an answer, whatever its readers do or leave undone, and the invariants hold on the way (S1, S2, S3,
C1–C7). `make soak` plays many more and longer sequences."""

import os

import pytest

from tests.sharing.model.playing import play


@pytest.mark.any_database
@pytest.mark.django_db
def test_s2_every_request_ends_and_the_model_agrees_at_each_step() -> None:
    if os.environ.get("SOAK"):
        play(sequences=5000, steps=100, long=True)
    else:
        play(sequences=8, steps=50)
