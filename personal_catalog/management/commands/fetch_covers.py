"""Have covers looked for: of every title with an ISBN and without one. The scheduler fetches them one by one, as often as
each server of COVER_SERVERS allows; docs/sources.md.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from personal_catalog.cover_pictures import wanted
from personal_catalog.models import CoverSearch


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="also of titles of which no server had one")

    def handle(self, *args: Any, again: bool = False, **options: Any) -> None:
        if not settings.COVER_SERVERS:
            raise CommandError("No server is named in COVER_SERVERS, so nobody would be asked.")
        new = wanted.want_all(again=again, now=timezone.now())
        waiting = CoverSearch.objects.exclude(next_at=None).count()
        self.stdout.write(f"{new} titles more to look for; {waiting} wait in all.")
