"""Let a card be linked anew at the next single sign-on. Only for the same person with a new campus account or a new card: the
reader's past goes with the card."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from library_bridge.models import CampusAccount
from library_bridge.patrons import as_typed


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("library", help="code of the library")
        parser.add_argument("card_number")

    def handle(self, *args: Any, **options: Any) -> None:
        links = CampusAccount.objects.filter(
            patron__library__code=options["library"], patron__card_number=as_typed(options["card_number"])
        )
        count, _deleted = links.delete()
        if not count:
            raise CommandError("No campus account is linked with such a card.")
        self.stdout.write("Unlinked. The next single sign-on with this card links it anew.")
