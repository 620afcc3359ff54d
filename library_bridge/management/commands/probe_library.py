"""What a library's system can do and how it behaves. Changes nothing.

Only with both --with-item and --patrons it also tries: the item (on the shelf, nobody waiting for it) is checked out to the
first card, then to the second while it is out, checked in twice, and left as it was. The settings that follow from it are
suggested. Exit codes are those of `bridge`; 6 says that the item could not be brought back.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.utils import timezone

from library_bridge import answering, probing
from library_bridge.models import Library


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="of the library")
        parser.add_argument("--with-item", metavar="BARCODE", default="", help="an item of the library's own")
        parser.add_argument("--patrons", metavar=("A", "B"), nargs=2, default=(), help="two cards of the library's own")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    @no_translations
    def handle(self, *args: Any, code: str, with_item: str, patrons: Any, json: bool = False, **options: Any) -> None:
        library = Library.objects.filter(code=code).first()
        if library is None:
            answering.give(self.stdout, answering.unknown_library(code), as_json=json)
            return
        answer = probing.probe(library, barcode=with_item, cards=tuple(patrons), now=timezone.now())
        answering.give(self.stdout, answer, as_json=json)
