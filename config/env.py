"""Settings from the environment, typed. An unset or empty variable means the default."""

import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """1, true, yes and on are true; anything else that is set is false."""
    value = os.environ.get(name)
    return default if not value else value.strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


def listed(name: str, default: str = "") -> list[str]:
    """Comma separated, blanks around each and empty places left out."""
    return [one.strip() for one in text(name, default).split(",") if one.strip()]


def zone(name: str, default: str) -> str:
    """The name of a time zone. Raises ImproperlyConfigured for one that this machine does not know."""
    named = text(name, default)
    try:
        ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} is no time zone: {named!r}. Like {default}, it is written Area/City."
        ) from None
    return named


def beginning_with(prefix: str) -> dict[str, str]:
    """All that are set under a common beginning, by the rest of their names in small letters."""
    return {
        name.removeprefix(prefix).lower(): value
        for name, value in os.environ.items()
        if name.startswith(prefix) and value
    }


def servers(kind: str, *, default: str = "") -> dict[str, dict[str, str]]:
    """`SRU_SERVERS=dnb,ours` and what `SRU_OURS_ADDRESS` and so on say of each, by its name, in their order. `none` is none."""
    names = [name.lower() for name in listed(f"{kind}_SERVERS", default)]
    return {name: beginning_with(f"{kind}_{name.upper()}_") for name in names if names != ["none"]}
