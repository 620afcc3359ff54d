"""Ask every source of book data about one ISBN, and say what each answers, how long it takes, and what the record would be.

Nothing is kept, and the answers kept so far are not looked at. A source that is left alone just now, or that has been asked
as often as it allows, is named and not asked. Exit codes: 0 every source was asked and answered, 2 wrong arguments,
4 one was not asked or did not answer.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from personal_catalog import isbn, sentences
from personal_catalog.lookup import probing

EXAMPLE = "9787300113906"


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("isbn", metavar="ISBN", nargs="?", default=EXAMPLE, help=f"in any form; default {EXAMPLE}")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")

    def handle(self, *args: Any, as_json: bool = False, **options: Any) -> None:
        try:
            number = isbn.parse(options["isbn"]).isbn13
        except isbn.NotAnIsbn as problem:
            self.stderr.write(f"{options['isbn']} is no ISBN ({problem.reason})")
            sys.exit(2)
        probed = probing.probe(number, now=timezone.now())
        found = probing.together(probed)
        if as_json:
            self.stdout.write(json.dumps({"isbn": number, "sources": [one.as_dict() for one in probed],
                                          "record": found.facts.to_json() if found.facts else None,
                                          "provenance": found.provenance}, ensure_ascii=False))  # fmt: skip
        else:
            for one in probed:
                self.stdout.write(f"{one.name:<20} {one.seconds:6.2f} s  {one.outcome:<12} {one.says}")
            self.stdout.write(sentences.who_said_what(found) if found.facts else "Nobody knows it.")
        if any(one.outcome in probing.NOT_ANSWERED for one in probed):
            sys.exit(4)
