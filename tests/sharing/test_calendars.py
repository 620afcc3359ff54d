"""A meeting as a calendar's file, for the two who meet and nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sharing import calendars, handovers
from sharing.calendars import Meeting
from sharing.models import Lending
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def lending(world: World) -> Lending:
    return steps.agreed(world)


def _lines(raw: bytes) -> list[str]:
    """Unfolded, as a calendar reads them (RFC 5545, 3.1)."""
    return raw.decode().replace("\r\n ", "").split("\r\n")


def test_each_of_the_two_has_the_meeting_in_their_own_words(world: World, lending: Lending) -> None:
    handover = steps.arranged(lending, now=world.now + timedelta(hours=2))
    url, said = reverse("meeting-file", args=[lending.pk]), {}
    with browsers.at(world.now + timedelta(hours=2)):
        for reader in (world.alice, world.bob):
            client = browsers.of(reader)
            assert f'href="{url}"' in browsers.seen(client, reverse("lending", args=[lending.pk]))
            answer = client.get(url)
            assert answer["Content-Type"] == "text/calendar; charset=utf-8"
            said[reader.pk] = dict(line.split(":", 1) for line in _lines(answer.content) if line)
    alices, bobs = said[world.alice.pk], said[world.bob.pk]
    assert alices["DTSTART"] == f"{handover.starts_at:%Y%m%dT%H%M%SZ}"
    assert (alices["LOCATION"], alices["UID"]) == ("West gate", bobs["UID"])
    assert alices["SUMMARY"].endswith(f"to {world.bob.display_name}")
    assert bobs["SUMMARY"].endswith(f"from {world.alice.display_name}")


def test_a_moved_meeting_takes_the_place_of_the_earlier_one(world: World, lending: Lending) -> None:
    url, seen = reverse("meeting-file", args=[lending.pk]), []
    for hours in (2, 4):
        now = world.now + timedelta(hours=hours)
        steps.arranged(lending, now=now)
        with browsers.at(now):
            lines = dict(line.split(":", 1) for line in _lines(browsers.of(world.bob).get(url).content) if line)
        seen.append((lines["UID"], int(lines["SEQUENCE"])))
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] < seen[1][1]


def test_nobody_else_sees_it_and_nothing_is_there_before_both_agree(world: World, lending: Lending) -> None:
    url, now = reverse("meeting-file", args=[lending.pk]), world.now + timedelta(hours=2)
    handovers.propose_handover(
        lending_id=lending.pk,
        actor=world.bob,
        method="in_person",
        place="West gate",
        starts_at=now + timedelta(hours=3),
        now=now,
    )
    with browsers.at(now):
        assert browsers.of(world.alice).get(url).status_code == 404
        handovers.agree_handover(handover_id=lending.handovers.get().pk, actor=world.alice, now=now)
        assert browsers.of(world.alice).get(url).status_code == 200
        assert browsers.of(world.charlie).get(url).status_code == 404


def test_text_is_escaped_and_lines_are_folded_between_characters(world: World) -> None:
    place = "图书馆东门；钟楼下, 靠左; " * 8 + "\nEND:VEVENT"
    raw = calendars.file_of([Meeting("1@x", 1, world.now, world.now, "《拖延心理学》", place, "https://x.test/")])
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = _lines(raw)
    escaped = place.replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
    assert f"LOCATION:{escaped}" in lines
    assert lines.count("END:VEVENT") == 1
