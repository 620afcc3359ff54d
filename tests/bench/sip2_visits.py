"""How many questions a sign-in or a list of loans costs the library system, over ten days of readers coming and going.

The days are made up, as follows. Everybody has an account already. Every night each list is looked at, as the nightly comparison
does. On a day three readers of ten come. One of a hundred of those was never here before; one of five has borrowed at the desk
since the night, one book (6 of 10), two (3 of 10) or three. Each signs in and sees the list; half of them see it once more in the
afternoon. What counts is each sign-in and each list by itself: whether it was more than one question.
"""

import random
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock

DAYS = 10
COMES, COMES_AGAIN, IS_NEW, HAS_BORROWED = 0.3, 0.5, 0.01, 0.2
BOOKS = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)
AT_LEAST = 0.95


@dataclass
class Visits:
    """`free` are barcodes on the shelf. `costs` counts, of signing in and of looking, how often so many questions were asked."""

    library: object
    desk: socket.socket
    cards: list[str]
    free: list[str]
    pin: str
    dice: random.Random = field(default_factory=lambda: random.Random(14))
    costs: dict[str, Counter[int]] = field(default_factory=lambda: {"sign-in": Counter(), "list": Counter()})
    asked: int = 0

    def run(self, now: datetime) -> None:
        from library_bridge import patrons

        for card in self.cards:  # they have been here before
            patrons.patron_of(library=self.library, card_number=card, now=now)  # type: ignore[arg-type]
        for day in range(DAYS):
            night = now + timedelta(days=day)
            self._night(night)
            for card in self.cards:
                if self.dice.random() < COMES:
                    self._day(card, night + timedelta(hours=10))

    def _night(self, now: datetime) -> None:
        from library_bridge import loans
        from library_bridge.models import Patron

        for patron in Patron.objects.filter(library=self.library, card_number__in=self.cards).select_related("library"):
            with at(now):
                loans.refresh_loans(patron=patron, now=now)

    def _day(self, card: str, now: datetime) -> None:
        if self.dice.random() < IS_NEW:
            forget(card)
        if self.dice.random() < HAS_BORROWED:
            for _book in range(min(self.dice.choice(BOOKS), len(self.free))):
                self._borrow(card, self.free.pop())
        self._counted("sign-in", card, now)
        self._counted("list", card, now + timedelta(seconds=5))
        if self.dice.random() < COMES_AGAIN:
            self._counted("list", card, now + timedelta(hours=5))

    def _borrow(self, card: str, barcode: str) -> None:
        """At the library's own machine: this service hears nothing of it."""
        date = "20261124    100000"
        self.desk.sendall(f"11NN{date}{date}AO|AA{card}|AB{barcode}|AC|BON|BIN|\r".encode())
        answer = b""
        while not answer.endswith(b"\r"):
            answer += self.desk.recv(4096)
        assert answer.startswith(b"121"), answer

    def _counted(self, what: str, card: str, now: datetime) -> None:
        from library_bridge import loans, patrons
        from library_bridge.models import Patron

        before = self.asked
        with at(now):
            if what == "sign-in":
                patrons.sign_in(library_code="visits", card_number=card, pin=self.pin, address="127.0.0.1", now=now)
            else:
                patron = Patron.objects.select_related("library").get(library=self.library, card_number=card)
                loans.glance(patron=patron, now=now)
        self.costs[what][self.asked - before] += 1


def report(port: int, cards: list[str], free: list[str], pin: str) -> None:
    from django.utils import timezone

    from library_bridge.adapters.sip2.pool import Pool
    from library_bridge.models import Library

    given = {"host": "127.0.0.1", "port": port, "login": "bench", "password": "bench"}
    names = {"name_zh": "图书馆", "name_en": "Library"}
    library = Library.objects.create(code="visits", adapter="sip2", settings=given, **names)
    with socket.create_connection(("127.0.0.1", port)) as desk:
        desk.sendall(b"9300CNbench|CObench|\r")
        desk.recv(4096)
        visits = Visits(library, desk, cards, free, pin)
        ask = Pool.ask

        def counted(pool: Pool, request: object) -> object:
            visits.asked += 1
            return ask(pool, request)  # type: ignore[arg-type]

        with mock.patch.object(Pool, "ask", counted):
            visits.run(timezone.now())
    show(visits.costs)


def show(costs: dict[str, Counter[int]]) -> None:
    print(
        f"\n{'SIP2, questions for one':<28}{'times':>8}{'mean':>8}{'most':>6}{'at most one':>14}   (at least {AT_LEAST:.0%})"
    )
    together = sum(costs.values(), Counter[int]())
    for name, counted in {**costs, "either": together}.items():
        times = counted.total()
        mean = sum(questions * number for questions, number in counted.items()) / times
        cheap = sum(number for questions, number in counted.items() if questions <= 1) / times
        print(f"{name:<28}{times:>8}{mean:>8.2f}{max(counted):>6}{cheap:>13.1%}")


@contextmanager
def at(now: datetime) -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=now):
        yield


def forget(card: str) -> None:
    """As if nobody had ever looked at this card here."""
    from library_bridge.adapters.sip2.memory import Memory
    from library_bridge.models import LibraryLoan, Patron

    loans = LibraryLoan.objects.filter(patron__card_number=card)
    for library_id, barcode in loans.values_list("library_id", "barcode"):
        Memory(library_id).forget(barcode)
    loans.delete()
    Patron.objects.filter(card_number=card).update(loans_checked_at=None)
