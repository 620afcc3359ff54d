"""`make bench`: pages a second of the demo campus, each beside an empty Django view measured in the same round.

Rounds alternate, so a slow moment of the machine hits both; the median of the rounds counts, and the ratio more than the
figure. In process, through the whole middleware, without a socket.
"""

import logging
import os
import statistics
import sys
import tempfile
from time import perf_counter

from tests.bench import harvest, marc

ROUNDS = 7
SECONDS = 0.4  # of each page in each round


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BOOKRELAY_VAR=folder, DEMO="1", DJANGO_SETTINGS_MODULE="config.settings.dev")
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        logging.disable(logging.INFO)
        from django.conf import settings
        from django.core.management import call_command

        settings.ROOT_URLCONF = "tests.bench.urls"
        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        started = perf_counter()
        call_command("demo_campus")
        print(f"demo campus loaded in {perf_counter() - started:.1f} s\n")
        report()
        harvest.report()
        marc.report()


def report() -> None:
    pages = _pages()
    rates: dict[str, list[float]] = {name: [] for name in pages}
    for _round in range(ROUNDS):
        for name, (client, address) in pages.items():
            rates[name].append(_rate(client, address))
    empty = statistics.median(rates["empty view"])
    print(f"{'page':<28}{'pages/s':>10}{'of an empty view':>20}")
    for name, measured in rates.items():
        rate = statistics.median(measured)
        print(f"{name:<28}{rate:>10.0f}{rate / empty:>19.1%}")


def _pages() -> dict[str, tuple[object, str]]:
    from django.test import Client

    from library_bridge.models import Patron
    from sharing.models import Lending

    stranger, alice = Client(headers={"accept-language": "zh-CN"}), Client(headers={"accept-language": "zh-CN"})
    reader = Patron.objects.get(card_number="2023000001").reader
    alice.force_login(reader)
    lending = Lending.objects.visible_to(reader).order_by("-pk").first()
    title = lending.request.title_id if lending else 1
    return {
        "empty view": (stranger, "/empty/"),
        "home, signed out": (stranger, "/"),
        "home, signed in": (alice, "/"),
        "search 心理": (alice, "/search/?q=心理"),
        "title": (alice, f"/titles/{title}/"),
        "to do": (alice, "/todo/"),
        "lending": (alice, f"/lendings/{lending.pk if lending else 1}/"),
        "my shelf": (alice, "/shelf/"),
        "points": (alice, "/points/"),
    }


def _rate(client: object, address: str) -> float:
    done, started = 0, perf_counter()
    while perf_counter() - started < SECONDS:
        answer = client.get(address)  # type: ignore[attr-defined]
        if answer.status_code != 200:
            sys.exit(f"{address} answered {answer.status_code}")
        done += 1
    return done / (perf_counter() - started)


if __name__ == "__main__":
    main()
