"""Ask a library system something, or have it do something, as this service would.

authenticate CARD PIN · patron CARD · loans CARD · item BARCODE · check-out CARD BARCODE · check-in BARCODE ·
renew CARD BARCODE · transfer BARCODE FROM_CARD TO_CARD

A PIN given as - is read from standard input. With --json one JSON object comes out, whatever happened. Exit codes: 0 ok,
2 wrong arguments or misconfigured, 3 refused, 4 the system can't be reached or believed, 5 it has no such function,
6 a transfer needs a librarian, 7 a transfer is queued.
"""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from library_bridge import answering, operations
from library_bridge.models import Library

FROM_STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="of the library")
        parser.add_argument("operation", metavar="OPERATION", help=", ".join(operations.OPERATIONS))
        parser.add_argument("arguments", metavar="ARGUMENT", nargs="*")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    @no_translations
    def handle(
        self, *args: Any, code: str, operation: str, arguments: list[str], json: bool = False, **options: Any
    ) -> None:
        if operation == "authenticate" and arguments[1:] == [FROM_STANDARD_INPUT]:
            arguments = [arguments[0], _pin()]
        library = Library.objects.filter(code=code).first()
        if library is None:
            answering.give(self.stdout, answering.unknown_library(code), as_json=json)
            return
        answer = operations.run(library, operation, arguments, now=timezone.now())
        answering.give(self.stdout, answer, as_json=json)


def _pin() -> str:
    return getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
