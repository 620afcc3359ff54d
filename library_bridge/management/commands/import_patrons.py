"""Import readers' cards into the embedded system from a CSV file; run again it brings them up to date.

Columns by their usual Chinese or English headings: 读者证号 card_number (needed), 姓名 name, 类别 category, 密码 pin, 有效期
expires_on. UTF-8 or GB 18030.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from library_bridge.imports import command, kinds
from library_bridge.models import PatronCategory


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        command.add_arguments(parser)
        parser.add_argument("--category", default="", help="code of the category of cards that come without one")

    def handle(self, *args: Any, **options: Any) -> None:
        category = command.named(PatronCategory, options["library"], options["category"])
        command.run(
            self,
            options,
            lambda stream, library, told: kinds.import_patrons(
                stream, library=library, category=category, preview=options["preview"], told=told
            ),
        )
