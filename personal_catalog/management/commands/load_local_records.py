from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from personal_catalog.lookup.load import load_local_records


class Command(BaseCommand):
    help = "Read a list of books (CSV or CSV.gz, headings in Chinese or English) for lookups without a network."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="default: LOOKUP_LOCAL_FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"] or settings.LOOKUP_LOCAL_FILE or "")
        if not path.is_file():
            raise CommandError("Name a file, or set LOOKUP_LOCAL_FILE.")
        kept, left_out = load_local_records(path)
        self.stdout.write(f"{kept} records kept, {left_out} rows left out (no ISBN or no title)")
