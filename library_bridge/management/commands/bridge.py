"""Ask a library system something, or have it do something, as this service would.

authenticate CARD PIN · patron CARD · loans CARD · item BARCODE · check-out CARD BARCODE · check-in BARCODE ·
renew CARD BARCODE · transfer BARCODE FROM_CARD TO_CARD

A PIN given as - is read from standard input. With --json one JSON object comes out, whatever happened. Exit codes: 0 ok,
2 wrong arguments or misconfigured, 3 refused, 4 the system can't be reached or believed, 5 it has no such function,
6 a transfer needs a librarian, 7 a transfer is queued.
"""

import json
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from library_bridge import operations, plain_lines
from library_bridge.models import Library
from library_bridge.operations import Answer, Exit

FROM_STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="of the library")
        parser.add_argument("operation", metavar="OPERATION", choices=list(operations.OPERATIONS))
        parser.add_argument("arguments", metavar="ARGUMENT", nargs="*")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    @no_translations
    def handle(
        self, *args: Any, code: str, operation: str, arguments: list[str], json: bool = False, **options: Any
    ) -> None:
        if operation == "authenticate" and arguments[1:] == [FROM_STANDARD_INPUT]:
            arguments = [arguments[0], _pin()]
        answer = _answer(code, operation, arguments)
        self.stdout.write(_as_json(answer) if json else "\n".join(plain_lines.of(answer.as_dict())))
        if answer.exit != Exit.OK:
            raise SystemExit(int(answer.exit))


def _answer(code: str, operation: str, arguments: list[str]) -> Answer:
    library = Library.objects.filter(code=code).first()
    if library is None:
        known = ", ".join(Library.objects.values_list("code", flat=True)) or "none"
        return Answer(Exit.MISUSED, "unknown_library", f"There is no library {code}; there are: {known}.")
    return operations.run(library, operation, arguments, now=timezone.now())


def _pin() -> str:
    return getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _as_json(answer: Answer) -> str:
    return json.dumps(answer.as_dict(), ensure_ascii=False)
