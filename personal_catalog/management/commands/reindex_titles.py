from typing import Any

from django.core.management.base import BaseCommand, CommandError

from personal_catalog.search.engines import NotRenewed
from personal_catalog.search.index import reindex_all


class Command(BaseCommand):
    help = "Build the search index anew from the titles."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{reindex_all()} titles indexed")
        except NotRenewed as problem:
            raise CommandError(
                f"OpenSearch does not have everything ({problem}); the embedded index answers."
            ) from problem
