"""Links of a record to e-book holdings and other formats, a line each: the address, a blank, the words for it. Another format that
has an ISBN is `urn:isbn:9787…`. Pure; an address from outside is only ever shown as a link, never fetched.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from personal_catalog import isbn

LONGEST_ADDRESS = 500
URN = "urn:isbn:"


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    label: str = ""

    @property
    def isbn13(self) -> str:
        return self.address.removeprefix(URN) if self.address.startswith(URN) else ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    def __str__(self) -> str:
        return f"{self.address} {self.label}".rstrip()


def parsed(line: str) -> Link | None:
    """None for what is not http(s) to a named host, or no ISBN: nothing else may become a link (T-D1)."""
    address, _blank, label = line.strip().partition(" ")
    if address.lower().startswith(URN):
        digits = address[len(URN) :].replace("-", "")
        return Link(f"{URN}{digits}", label.strip()) if isbn.is_valid13(digits) else None
    return Link(address, label.strip()) if _may_be_shown(address) else None


def tidy(line: str) -> str:
    link = parsed(line)
    return str(link) if link else ""


def _may_be_shown(address: str) -> bool:
    if len(address) > LONGEST_ADDRESS or any(sign in address for sign in "\"'<>\\`{}"):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and parts.username is None
    except ValueError:
        return False
