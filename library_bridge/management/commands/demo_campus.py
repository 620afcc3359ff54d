"""Load the demo campus: a university, its library system, sixty readers and half a year of their lendings.

Deterministic and idempotent: run again it changes nothing. Refused unless DEMO=1, because its PINs are known to all.
With --reset everything in the database is forgotten first, also refused while the service runs.
"""

import gc
import os
import socket
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from library_bridge import registers


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="forget everything in the database first")
        parser.add_argument(
            "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="where `serve` listens"
        )

    def handle(self, *args: Any, reset: bool = False, port: int = 8000, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo campus is only loaded with DEMO=1.")
        if reset:
            _refuse_while_something_answers(port)
            _forget_everything()
            call_command("migrate", verbosity=0)
        gc.disable()  # half a year of short-lived rows: collecting would only look at the modules again and again
        try:
            for app in registers.load_demo(now=timezone.now()):
                self.stdout.write(f"demo campus: {app}")
        finally:
            gc.enable()


def _refuse_while_something_answers(port: int) -> None:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        raise CommandError(
            f"Something answers at port {port}. If it is this service, stop it first (Ctrl-C where it runs); "
            f"if it is another program, name this service's port with PORT=."
        )


def _forget_everything() -> None:
    """Tables as well as rows: the ledger's rows refuse to be deleted, and migrations make the first pages and rules."""
    if connection.vendor == "sqlite":
        connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{ending}").unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
