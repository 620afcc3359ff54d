"""What a Koha installation offers: read from its own description of its API, not from its version number."""

from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache

from library_bridge.adapters.fields import Fields, fields_of, first
from library_bridge.adapters.koha.session import Session
from library_bridge.models import Library
from library_bridge.ports import Unavailable

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Abilities:
    checks_pins: bool
    checks_out: bool
    availability: bool
    renews: str  # the last part of the renewal's path, "" for none
    lists_biblios: bool
    titles_with_items: bool
    tells_transit: bool
    places_holds: bool


def abilities_of(library: Library, session: Session, base_url: str) -> Abilities:
    """Read again after an hour. While the installation is down, what it said last stands: a transfer that has begun must not
    go on in another way. Raises Unavailable before the first time."""
    digest = sha256(base_url.encode()).hexdigest()[:16]
    last, is_fresh = f"koha-abilities:{library.pk}:{digest}", f"koha-asked:{library.pk}:{digest}"
    known: Abilities | None = cache.get(last)
    if known is not None and cache.get(is_fresh):
        return known
    try:
        known = described(session.description())
    except Unavailable:
        if known is None:
            raise
    cache.set(last, known, None)
    cache.set(is_fresh, True, SECONDS)
    return known


def described(found: object) -> Abilities:
    """By the OpenAPI document at the root of the API."""
    paths = fields_of(fields_of(found).get("paths"))

    def has(path: str, method: str) -> bool:
        operations = paths.get(path)
        return isinstance(operations, dict) and method in operations

    renewals = ("renewals", "renewal")
    return Abilities(
        checks_pins=has("/auth/password/validation", "post"),
        checks_out=has("/checkouts", "post"),
        availability=has("/checkouts/availability", "get"),
        renews=first(name for name in renewals if has(f"/checkouts/{{checkout_id}}/{name}", "post")),
        lists_biblios=has("/biblios", "get"),
        titles_with_items="biblio" in _embeds(paths, "/items"),
        tells_transit="transfer" in _embeds(paths, "/biblios/{biblio_id}/items"),
        places_holds=has("/holds", "post"),
    )


def _embeds(paths: Fields, path: str) -> list[str]:
    try:
        parameters = paths[path]["get"]["parameters"]
        header = next(each for each in parameters if each.get("name") == "x-koha-embed")
        return list(header["items"]["enum"])
    except (KeyError, TypeError, AttributeError, StopIteration):
        return []
