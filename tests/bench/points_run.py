"""Ledgers of the sizes named on the command line, one after another in one database: loaded, asked, a JSON line of figures each."""

import json
import logging
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

READERS, ROUNDS, NIGHTS, AWARDS, IN_TURN, COUNTED = 40, 5, 3, 200, 20, 5


def main(sizes: list[int]) -> None:
    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from tests.bench import points_rows

    settings.ROOT_URLCONF = "tests.bench.urls"
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    for size in sizes:
        loaded, _ = _seconds(lambda size=size: points_rows.load(size, now=timezone.now()))  # type: ignore[misc]
        print(
            json.dumps(
                {"postings": size, "loaded": loaded, **night(), "pages": pages(), "counted": counted(), **awards()}
            ),
            flush=True,
        )


def night() -> dict[str, float]:
    from django.utils import timezone

    from incentives import leaderboards, periods, subtotals
    from tests.bench import points_sql

    now = timezone.now()
    windows = periods.running(timezone.localdate(now))
    since, until = {name: window.since for name, window in windows.items()}, windows["all"].until
    points_sql.lists(since, until)  # the first reads from the disk
    times = []
    for _night in range(NIGHTS):
        bare, _ = _seconds(lambda: points_sql.lists(since, until))
        expected = _listed()
        lists, _ = _seconds(lambda: leaderboards.compute(now=now))
        if _listed() != expected:
            sys.exit("the bare SQL gave other lists")
        times.append((lists, bare))
    lists, bare = (statistics.median(each) for each in zip(*times, strict=True))
    rolled, accounts = _seconds(lambda: subtotals.roll_up(now=now))
    return {"lists": lists, "bare_lists": bare, "rows": len(expected), "subtotals": rolled, "accounts": accounts}


def _listed() -> list[tuple[Any, ...]]:
    from incentives.models import LeaderboardEntry

    columns = ("board", "period", "position", "place", "reader", "count", "next_place", "next_count")
    return list(LeaderboardEntry.objects.order_by(*columns[:3]).values_list(*columns))


def pages() -> dict[str, dict[str, tuple[float, float]]]:
    """By page and way: the median and the 95th of a hundred over the readers, of the whole and of what the database was asked.
    One way after another for all readers, as a worker is asked under load: it finds in the processor's caches what it left."""
    from django.test import Client

    from incentives.models import Entry
    from library_bridge.models import Reader
    from tests.bench import points_sql

    readers = list(
        Reader.objects.filter(pk__in=Entry.objects.order_by("pk").values("account__reader")[: READERS * 2])[:READERS]
    )
    clients = {reader.pk: Client() for reader in readers}
    for reader in readers:
        clients[reader.pk].force_login(reader)
    ways: dict[tuple[str, str], Callable[[int], object]] = {}
    for name, address, bare in (
        ("my points", "/points/", points_sql.points),
        ("leaderboard", "/leaderboards/", points_sql.leaderboard),
    ):
        ways[name, "bare"] = bare
        ways[name, "page"] = lambda pk, address=address: clients[pk].get(address)  # type: ignore[misc]
        ways[name, "frame"] = lambda pk: clients[pk].get("/framed/")
    times: Times = {}
    for _round in range(ROUNDS):
        for (name, way), ask in ways.items():
            for pk in clients:
                whole, asked = _timed(lambda ask=ask, pk=pk: ask(pk))  # type: ignore[misc]
                _note(times, (name, way), pk, whole)
                _note(times, (name, f"{way}'s sql"), pk, asked)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for (name, way), by_reader in times.items():
        medians = sorted(statistics.median(rounds) for rounds in by_reader.values())
        found.setdefault(name, {})[way] = (statistics.median(medians), medians[len(medians) * 95 // 100 - 1])
    return found


def counted() -> float:
    """Milliseconds until plain SQL has counted a leaderboard from the ledger itself: the median over some readers."""
    from django.utils import timezone

    from incentives import periods
    from library_bridge.models import Reader
    from tests.bench import points_sql

    windows = periods.running(timezone.localdate())
    since, until = {name: window.since for name, window in windows.items()}, windows["all"].until
    asked = Reader.objects.filter(leaderboard_opt_in=True).order_by("pk").values_list("pk", flat=True)[:COUNTED]
    return statistics.median(_timed(lambda pk=pk: points_sql.counted(pk, since, until))[0] for pk in asked)  # type: ignore[misc]


Times = dict[tuple[str, str], dict[int, list[float]]]


def _note(times: Times, what: tuple[str, str], reader: int, figure: float) -> None:
    times.setdefault(what, {}).setdefault(reader, []).append(figure)


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the whole, and of its statements until their answers were there."""
    from django.db import connection

    asked = 0.0

    def watch(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal asked
        took, answer = _seconds(lambda: execute(*args))
        asked += took
        return answer

    with connection.execute_wrapper(watch):
        whole, _ = _seconds(ask)
    return whole * 1000, asked * 1000


def awards() -> dict[str, float]:
    """A second: through the ledger with its lock and its guards, and the same five rows as bare INSERTs with the guards."""
    from django.utils import timezone

    from incentives import ledger
    from incentives.models import Entry, Rule
    from library_bridge.models import Reader
    from sharing.models import DomainEvent

    now, rule = timezone.now(), Rule.objects.get(code="kept_appointment")
    readers = list(
        Reader.objects.filter(pk__in=Entry.objects.order_by("pk").values("account__reader")[:AWARDS])[:AWARDS]
    )
    event = DomainEvent.objects.create(kind="bench now", at=now)
    other = DomainEvent.objects.create(kind="bench now", at=now)
    through = bare = 0.0
    for first in range(0, len(readers), IN_TURN):
        some = readers[first : first + IN_TURN]
        through += _seconds(
            lambda some=some: [  # type: ignore[misc]
                ledger.award(rule=rule, points=2, waiting_days=7, reader=reader, event_id=event.pk, at=now)
                for reader in some
            ]
        )[0]
        bare += _seconds(lambda some=some: [_inserted(reader, rule, other, now) for reader in some])[0]  # type: ignore[misc]
    return {"awards": len(readers) / through, "bare_awards": len(readers) / bare}


def _inserted(reader: Any, rule: Any, event: Any, now: Any) -> None:
    from django.db import connection, transaction

    from incentives.models import Account

    number = uuid4()
    key = number if connection.vendor == "postgresql" else number.hex
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incentives_entry (id, kind, account_id, rule_id, event_id, once, reason, params, at, available_at, seal_id)"
            " SELECT %s, 'award', id, %s, %s, %s, 'kept_appointment', '{}', %s, %s, %s FROM incentives_account"
            " WHERE reader_id = %s AND kind = 'reader'",
            [key, rule.pk, event.pk, False, now, now + timedelta(days=7), key, reader.pk],
        )
        for amount, which, args in (
            (2, "reader_id = %s AND kind = 'reader'", [reader.pk]),
            (-2, "kind = %s", [Account.Kind.ISSUING]),
        ):
            cursor.execute(
                f"INSERT INTO incentives_posting (entry_id, account_id, amount) SELECT %s, id, %s FROM incentives_account WHERE {which}",
                [key, amount, *args],
            )
        cursor.execute("INSERT INTO incentives_seal (entry_id) VALUES (%s)", [key])


def _seconds(act: Callable[[], Any]) -> tuple[float, Any]:
    started = perf_counter()
    answer = act()
    return perf_counter() - started, answer


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
