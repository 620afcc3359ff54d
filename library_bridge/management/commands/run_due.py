"""Act on every deadline that has passed, as the scheduler does every minute; print each deed as a JSON line."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from library_bridge import due, registers

COUNTED = {"changed", "count", "done", "total", "wave"}


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", metavar="TIME", help="act as if it were this time (RFC 3339); only with DEMO=1")

    def handle(self, *args: Any, at: str | None = None, **options: Any) -> None:
        for deed in registers.act_on_due(now=_moment(at)):
            self.stdout.write(json.dumps(_with_ids(deed), default=str, ensure_ascii=False))
        if at is not None:
            due.come_back(now=timezone.now())


def _with_ids(deed: dict[str, object]) -> dict[str, object]:
    """Ids are texts, as in the API, so that a line can be looked up there; numbers are what is counted."""
    return {name: value if name in COUNTED else str(value) for name, value in deed.items()}


def _moment(at: str | None) -> datetime:
    if at is None:
        return timezone.now()
    if not settings.DEMO:
        raise CommandError("--at is refused unless DEMO=1: on real data time only passes by itself.")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise CommandError(f"{at!r} is not a time in RFC 3339, e.g. 2026-11-24T09:40:00+08:00") from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
