"""The whole of a small campus, by the service's own functions and scheduler, on a moved clock."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from sharing.models import Ask, CirculationPolicy, Lending, Request
from sharing.simulation import workers
from sharing.simulation.assumptions import SOURCES, Assumptions
from sharing.simulation.play import play
from sharing.simulation.rules import BASELINE, DEFAULT, POLICIES, USUAL
from tests.sharing.conftest import World

SMALL = {"readers": 12, "days": 6, "requests": 9, "seed": 3}


@pytest.mark.django_db
def test_the_old_service_asks_one_holder_and_waits() -> None:
    found = play(BASELINE, assume=Assumptions(), **SMALL)
    assert 0 < found["requests"] <= SMALL["requests"]
    assert not Request.objects.live().exists()  # every request has ended
    assert not Ask.objects.values("request", "wave").annotate(at_once=Count("pk")).filter(at_once__gt=1).exists()
    assert CirculationPolicy.load().wave_size == 1


@pytest.mark.django_db
def test_this_service_asks_on_and_the_figures_are_shares() -> None:
    found = play(DEFAULT, assume=Assumptions(), **SMALL)
    assert not Request.objects.live().exists()
    assert found["success_share"] == pytest.approx(
        Lending.objects.exclude(handed_over_at=None).values("request").distinct().count() / found["requests"], abs=1e-3
    )


def test_it_takes_no_database_with_real_requests(world: World) -> None:
    Request.objects.create(
        requester=world.bob, title=world.title, placed_at=world.now, deadline_at=world.now, status="open"
    )
    with pytest.raises(RuntimeError, match="of its own"):
        play(DEFAULT, assume=Assumptions(), **SMALL)


@pytest.mark.parametrize("path", ["/srv/bookrelay/var/bookrelay.sqlite3", "bookrelay"])
def test_it_takes_only_a_database_that_is_thrown_away(path: str) -> None:
    assert not workers.is_thrown_away(path)


def test_the_command_refuses_to_play_on_the_service_s_own_database() -> None:
    with pytest.raises(CommandError, match="starts itself"):
        call_command("simulate_campus", "--here", "--policy", "baseline")


def test_every_assumption_has_its_source() -> None:
    assert set(Assumptions().told()) == set(SOURCES)


def test_each_part_is_taken_away_once() -> None:
    assert [
        "baseline",
        "default",
        *(f"default_without_{part}" for part in ("waves", "reminders", "chat", "consent")),
    ] == USUAL
    assert len({POLICIES[name] for name in USUAL}) == len(USUAL)


def test_the_command_prints_each_policy_and_what_was_assumed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workers, "_manage", _pretended)
    call_command("simulate_campus", "--policy", "baseline", "--readers", "10", "--seed", "5", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert printed["policies"] == {"baseline": {"requests": 27}}
    assert printed["assumptions"]["seed"] == 5
    assert printed["assumptions"]["sees_news"]["source"].startswith("fitted")


def _pretended(folder: Path, *command: str) -> str:
    if command[0] == "migrate":
        (folder / workers.DATABASE).touch()
        return ""
    return json.dumps({"requests": int(command[command.index("--requests") + 1])})
