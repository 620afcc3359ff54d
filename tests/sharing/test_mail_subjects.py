"""Under which subject what is told goes out: by mail at once or once a day, and pushed or not."""

import pytest

from sharing import channels
from sharing.mailing import subjects
from sharing.notifications import TELLS


def test_every_kind_that_is_told_has_a_subject_that_was_decided_on() -> None:
    assert {kind.partition(".")[0] for kind in TELLS} == set(subjects.OF_NOUN)


@pytest.mark.parametrize("kind", ["collector.named", "collector.revoked", "collector.withdrawn", "copy.found"])
def test_what_cannot_wait_for_the_evening_is_told_at_once(kind: str) -> None:
    subject = subjects.of_event(kind)
    assert subject is not None
    assert subjects.DEFAULTS[subject] == "at_once"
    assert subject in channels.WANTED_UNASKED[channels.Channel.PUSH]
