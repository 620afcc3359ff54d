"""Readers who are nobody: they stand where a reader's part in something finished has been forgotten (P6). Several, so that the
two sides of a lending, and neighbours in a chain of custody, are still two."""

from django.db.models import Q

from library_bridge.models import Reader

MANY = 16
NAMES = [f"former-{number:02}" for number in range(1, MANY + 1)]


def are_former(way: str) -> Q:
    """On rows from which `way` leads to a reader."""
    return Q(**{f"{way}__username__in": NAMES})


def former_readers() -> list[int]:
    """Always the same, made when first needed; none of them can come in."""
    found = dict(Reader.objects.filter(username__in=NAMES).values_list("username", "pk"))
    if len(found) < MANY:
        missing = [Reader(username=name, password="!", is_active=False) for name in NAMES if name not in found]
        Reader.objects.bulk_create(missing, ignore_conflicts=True)
        found = dict(Reader.objects.filter(username__in=NAMES).values_list("username", "pk"))
    return [found[name] for name in NAMES]
