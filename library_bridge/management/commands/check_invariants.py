"""Check that what must always be true is true. Reads only; one line per violation; exit code 1 if there is any."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from library_bridge import registers


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        checks = registers.all_checks()
        with transaction.atomic():
            for check in checks:
                for line in check.violations():
                    found += 1
                    self.stdout.write(f"{check.id}: {line}")
        if found:
            raise SystemExit(1)
        self.stdout.write(f"{len(checks)} checks, no violation: {' '.join(sorted({c.id for c in checks}))}")
