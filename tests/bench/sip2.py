"""Transfers a second over SIP2 with eight workers, beside what the same server gives eight bare socket clients in the same run.

A bare client sends the same eight messages (item, both cards, check-in, checkout, item, both cards) and looks only for the end of
each answer. Rounds alternate; the median of the rounds counts, and the ratio more than the figure. Then what sign-ins and lists of
loans cost (`sip2_visits`).
"""

import json
import logging
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench import sip2_visits

ROUNDS = 5
SECONDS = 2.0  # of each way in each round
AT_LEAST = 0.6
Move = Callable[[], None]


@dataclass
class Pair:
    """One loan that goes from card to card and back."""

    giver: str
    taker: str
    barcode: str

    def turn(self) -> None:
        self.giver, self.taker = self.taker, self.giver


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BOOKRELAY_VAR=folder, DJANGO_SETTINGS_MODULE="config.settings.dev")
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        logging.disable(logging.INFO)
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        connection.close()
        with double(Path(folder)) as about:
            report(about["port"], [Pair(*given) for given in about["pairs"]])
            sip2_visits.report(about["port"], about["visitors"], about["free"], about["pin"])


@contextmanager
def double(ours: Path) -> Iterator[dict[str, Any]]:
    """The server in a process of its own, on a copy of our empty tables."""
    with tempfile.TemporaryDirectory() as folder:
        for file in ours.glob("*.sqlite3*"):
            shutil.copy(file, folder)
        command = [sys.executable, "-m", "tests.bench.sip2_double", folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            yield json.loads(process.stdout.readline())
            process.stdin.close()


def report(port: int, pairs: list[Pair]) -> None:
    from library_bridge.adapters.sip2 import pool

    library = library_of(port, pairs)
    ways = {
        "bare sockets": [bare(port, pair) for pair in pairs],
        "adapter": [through_the_adapter(library, pair) for pair in pairs],
        "whole transfers": [whole(library, pair) for pair in pairs],
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, moves in ways.items():
            rates[name].append(rate(moves))
    pool.close_all()
    limit = statistics.median(rates["bare sockets"])
    print(f"{'SIP2, 8 workers':<28}{'transfers/s':>12}{'of the bare limit':>20}   (at least {AT_LEAST:.0%})")
    for name, measured in rates.items():
        found = statistics.median(measured)
        print(f"{name:<28}{found:>12.1f}{found / limit:>19.1%}")


def rate(moves: list[Move]) -> float:
    """All workers at once, for as long as a round lasts. One that fails ends the run."""
    done, failed = [0] * len(moves), list[Exception]()
    started = perf_counter()

    def work(number: int, move: Move) -> None:
        from django.db import connections

        try:
            while perf_counter() - started < SECONDS:
                move()
                done[number] += 1
        except Exception as problem:  # noqa: BLE001  (told by the thread that waits)
            failed.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(moves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done) / (perf_counter() - started)


def bare(port: int, pair: Pair) -> Move:
    from library_bridge.adapters.sip2.messages import checksum

    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(message: str) -> bytes:
        frame = f"{message}AY1AZ".encode()
        line.sendall(frame + checksum(frame) + b"\r")
        answer = b""
        while not answer.endswith(b"\r"):
            answer += line.recv(4096)
        return answer

    ask("9300CNbench|CObench|")
    date = "20261124    100000"

    def read() -> None:
        ask(f"17{date}AO|AB{pair.barcode}|AC|")
        for card in (pair.giver, pair.taker):
            ask(f"63000{date}  Y       AO|AA{card}|AC|")

    def move() -> None:
        read()
        returned = ask(f"09N{date}{date}AP|AO|AB{pair.barcode}|AC|BIN|")
        charged = ask(f"11NN{date}{date}AO|AA{pair.taker}|AB{pair.barcode}|AC|BON|BIN|")
        assert returned.startswith(b"101")
        assert charged.startswith(b"121")
        read()
        pair.turn()

    return move


def library_of(port: int, pairs: list[Pair]) -> object:
    """Our own rows: the library, a reader for each card."""
    from library_bridge.models import Library, Patron, Reader

    settings = {"host": "127.0.0.1", "port": port, "login": "bench", "password": "bench", "pool_size": len(pairs)}
    library = Library.objects.create(
        code="bench", name_zh="图书馆", name_en="Library", adapter="sip2", settings=settings
    )
    for card in [card for pair in pairs for card in (pair.giver, pair.taker)]:
        reader = Reader.objects.create(username=f"r-{card}", display_name="Reader")
        Patron.objects.create(library=library, reader=reader, card_number=card)
    return library


def through_the_adapter(library: object, pair: Pair) -> Move:
    from library_bridge.adapters.sip2.adapter import Sip2System

    def read(system: Sip2System) -> None:
        system.item(pair.barcode)
        system.loans(pair.giver)
        system.loans(pair.taker)
        system.patron(pair.taker)

    def move() -> None:
        system = Sip2System(library)  # type: ignore[arg-type]
        read(system)
        system.check_in(pair.barcode)
        system.check_out(pair.taker, pair.barcode)
        read(system)
        pair.turn()

    return move


def whole(library: object, pair: Pair) -> Move:
    """With every step in our database."""
    from django.utils import timezone

    from library_bridge import transfers
    from library_bridge.models import LibraryLoan, Patron, Transfer

    patrons = {card: Patron.objects.get(library=library, card_number=card) for card in (pair.giver, pair.taker)}
    moved = 0

    def loan() -> LibraryLoan:
        giver, now = patrons[pair.giver], timezone.now()
        opened = LibraryLoan.objects.open().filter(library=library, barcode=pair.barcode)
        if found := opened.filter(patron=giver).first():
            return found
        opened.update(closed_at=now)  # the other ways have moved it meanwhile
        fields = {"title": "拖延心理学", "due_at": now, "checked_at": now}
        return LibraryLoan.objects.create(library=library, barcode=pair.barcode, patron=giver, **fields)

    def move() -> None:
        nonlocal moved
        moved += 1
        now = timezone.now()
        reference = f"bench:{pair.barcode}:{moved}"
        begun = transfers.begin(reference=reference, loan=loan(), taker=patrons[pair.taker], now=now)
        ended = transfers.advance(transfer_id=begun.pk, now=now)
        if ended.status != Transfer.Status.DONE:
            raise AssertionError(f"a transfer ended as {ended.status}: {ended.reason_code} {ended.reason_text}")
        pair.turn()

    return move


if __name__ == "__main__":
    main()
