"""What a Koha says of its API: the OpenAPI document from which the bridge takes what this version can do."""

import re
from collections.abc import Collection

API = "/api/v1"
PATHS: dict[str, tuple[str, ...]] = {
    "/auth/password/validation": ("post",),
    "/patrons": ("get",),
    "/patrons/{patron_id}/account": ("get",),
    "/items": ("get",),
    "/biblios": ("get",),
    "/biblios/{biblio_id}": ("get",),
    "/biblios/{biblio_id}/items": ("get",),
    "/holds": ("get", "post"),
    "/checkouts": ("get", "post"),
    "/checkouts/availability": ("get",),
    "/checkouts/{checkout_id}": ("get",),
    "/checkouts/{checkout_id}/allows_renewal": ("get",),
    "/checkouts/{checkout_id}/renewal": ("post",),
    "/checkouts/{checkout_id}/renewals": ("post",),
}
EMBEDS = {"/items": ["+strings", "biblio"], "/biblios/{biblio_id}/items": ["biblio", "checkout", "transfer"]}


def description(without: Collection[str]) -> object:
    """`without` names operations that this version lacks, such as "post /checkouts"."""
    paths = {
        path: {method: {"parameters": _parameters(path)} for method in methods if f"{method} {path}" not in without}
        for path, methods in PATHS.items()
    }
    return {"swagger": "2.0", "basePath": API, "paths": {path: found for path, found in paths.items() if found}}


def _parameters(path: str) -> list[object]:
    enum = EMBEDS.get(path)
    return [{"name": "x-koha-embed", "in": "header", "items": {"enum": enum}}] if enum else []


def is_without(without: Collection[str], method: str, path: str) -> bool:
    """`path` with its numbers filled in."""
    lacking = [each.partition(" ")[2] for each in without if each.startswith(f"{method.lower()} ")]
    return any(re.fullmatch(pattern_of(each), path) for each in lacking)


def pattern_of(path: str) -> str:
    return re.sub(r"\{\w+\}", r"(?P<id>[0-9]+)", path)
