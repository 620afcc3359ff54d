"""Load the demo campus: a university, its library system, sixty readers and half a year of their lendings.

Deterministic and idempotent: run again it changes nothing. Refused unless DEMO=1, because its PINs are known to all.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from library_bridge import registers


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo campus is only loaded with DEMO=1.")
        for app in registers.load_demo(now=timezone.now()):
            self.stdout.write(f"demo campus: {app}")
