from typing import Any

from django.core.management.base import BaseCommand

from personal_catalog.search.index import reindex_all


class Command(BaseCommand):
    help = "Build the search index anew from the titles."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reindex_all()} titles indexed")
