"""What a library puts into its own catalogue: the script, and for the demo campus a catalogue to see it in."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from personal_catalog import isbn
from personal_catalog.models import Title, TitleIsbn
from sharing import availability, policies
from sharing.availability import Wish

VERSION = "v1"  # what it does for a page that has it does not change; another behaviour gets another address
FREE, OTHERS = 6, 3


@dataclass(frozen=True)
class Script:
    content: bytes
    etag: str


@cache
def script() -> Script:
    content = (Path(settings.BASE_DIR) / "static" / "opac" / f"{VERSION}.js").read_bytes()
    return Script(content, f'"{sha256(content).hexdigest()[:32]}"')


@dataclass(frozen=True)
class Record:
    """A book as a catalogue of another make lists it."""

    title: Title
    isbn: str
    coins: str
    """An OpenURL for programs that read along (ContextObjects in Spans)."""


def demo_records() -> list[Record]:
    """Some books that readers would pass on now, and some that nobody would. Four queries."""
    wish = Wish(free=True)
    to_be_had = availability.titles_having(wish, reader=None, policy=policies.current(), now=timezone.now())
    return [*_records(to_be_had, FREE), *_records(~to_be_had, OTHERS)]


def _records(which: Q, most: int) -> list[Record]:
    numbered = Title.objects.live().filter(which, pk__in=TitleIsbn.objects.values("title_id"))
    rows = numbered.order_by("-passed_on", "pk").prefetch_related("isbns")[:most]
    return [_record(title, title.isbns.all()[0].isbn13) for title in rows]


def _record(title: Title, isbn13: str) -> Record:
    book = {
        "ctx_ver": "Z39.88-2004", "rft_val_fmt": "info:ofi/fmt:kev:mtx:book", "rft.btitle": title.title, "rft.isbn": isbn13,
    }  # fmt: skip
    return Record(title, isbn.hyphenate(isbn13), urlencode(book))
