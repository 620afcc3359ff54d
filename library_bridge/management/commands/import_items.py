"""Import items with their records into the embedded system: CSV, or MARC 21 or CNMARC with holdings; run again it brings them
up to date.

Columns by their usual Chinese or English headings: 条码 barcode (needed), 书名 title, 作者 creators, 出版社 publisher, 年 year,
ISBN, 索书号 call_number, 类型 item_type, 馆藏地 branch and others. UTF-8 or GB 18030. MARC: holdings in 852, 952, 905 or 906.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from library_bridge.imports import command, kinds
from library_bridge.models import ItemType


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        command.add_arguments(parser)
        parser.add_argument("--item-type", default="", help="code of the type of items that come without one")

    def handle(self, *args: Any, **options: Any) -> None:
        item_type = command.named(ItemType, options["library"], options["item_type"])
        command.run(
            self,
            options,
            lambda stream, library, told: kinds.import_items(
                stream, library=library, item_type=item_type, preview=options["preview"], told=told
            ),
        )
