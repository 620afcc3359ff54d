"""Make the staff's groups, those of `sharing.roles`, and give each its rights. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from sharing.roles import ROLES, ensure_roles


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_roles()
        self.stdout.write(f"groups: {', '.join(ROLES)}")
