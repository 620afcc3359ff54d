"""Where we may ask: only what an administrator has written down, never an address that a reader gave (T-R13). Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

NAT64 = ip_network("64:ff9b::/96")
DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Place:
    """A service's address (with `{isbn}` in it where the number goes), and further hosts to which it may send us on: names,
    or `*.example.org` for all below one. `inside`: it stands in our own network."""

    address: str
    hosts: tuple[str, ...] = ()
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, in parts. `anywhere`: also when its name leads into our own network."""

    scheme: str
    host: str
    port: int
    path: str
    anywhere: bool


class Forbidden(ValueError):
    """We don't go there."""


def problem_of(place: Place) -> str:
    """Why its address can't be used; empty when it can."""
    try:
        target(place, place.address.format(isbn="0", isbn10="0"))
    except Forbidden as problem:
        return str(problem)
    except (IndexError, KeyError, ValueError):
        return "only {isbn} and {isbn10} may stand in braces"
    return ""


def target(place: Place, url: str) -> Target:
    """Raises Forbidden: https only (http to this very machine), the place's own host and port or one of its further hosts
    at the usual port."""
    found, own = _split(url), _split(place.address)
    scheme, host, port = _origin(found)
    loopback = _is_loopback(host)
    is_own = (scheme, host, port) == _origin(own)
    if scheme != "https" and not (is_own and loopback):
        raise Forbidden("must begin with https://, except for this machine's own loopback address")
    if not is_own and not (port == DEFAULT_PORTS["https"] and any(_covers(name, host) for name in place.hosts)):
        raise Forbidden(f"{host[:100]} is not among the hosts that were named")
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise Forbidden("has signs in it that must be quoted")
    return Target(scheme, host, port, path, anywhere=is_own and (place.inside or loopback))


def is_public(address: str) -> bool:
    """An IP address of the open internet; also not one that leads inside in the clothes of IPv6."""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return found in NAT64 and is_public(str(inner))
    return found.is_global and not found.is_multicast


def _inner(found: IPv6Address) -> IPv4Address | None:
    if found in NAT64:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)


def _split(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        _ = found.port
    except ValueError:
        raise Forbidden("is no address") from None
    if not found.hostname or found.username is not None or not found.hostname.isascii():
        raise Forbidden("must be an address such as https://catalogue.example")
    return found


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme, host, parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def _covers(name: str, host: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
