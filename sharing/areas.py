"""Names of the areas of the campus, which every list shows beside its books. They change rarely: kept for a minute."""

from django.core.cache import cache
from django.utils.translation import get_language

from library_bridge.models import Area

SECONDS = 60


def names() -> dict[str, str]:
    """Code → name in the active language, in the order librarians gave them."""
    key = f"areas:{get_language()}"
    found: dict[str, str] | None = cache.get(key)
    if found is None:
        found = {area.code: area.name for area in Area.objects.all()}
        cache.set(key, found, SECONDS)
    return found


def name(code: str) -> str:
    """Empty for a code that is no area (any more)."""
    return names().get(code, "")


def choices() -> list[tuple[str, str]]:
    return list(names().items())
