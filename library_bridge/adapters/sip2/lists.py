"""The list of what is on a card: asked page by page until it is whole or brings nothing new."""

from collections.abc import Callable
from dataclasses import dataclass

from library_bridge.adapters.sip2 import answers
from library_bridge.adapters.sip2.answers import ListedItem, PatronAnswer
from library_bridge.adapters.sip2.requests import Page
from library_bridge.adapters.sip2.settings import Settings

MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Charged:
    """Each barcode once. Not complete: the system counts otherwise than it lists."""

    items: tuple[ListedItem, ...]
    complete: bool


def charged(first: PatronAnswer, ask: Callable[[Page], PatronAnswer], settings: Settings) -> Charged:
    """`first` came without a page; systems that do not page have told all in it."""
    found: dict[str, ListedItem] = {}
    is_readable = _add(found, first, settings)
    size = settings.profile.page_size
    told, ended = first.count, False
    for _page in range(MOST_PAGES):
        if not size or ended or told in (len(found), len(first.charged)):
            break
        before = len(found)
        is_readable &= _add(found, ask(Page(before + 1, before + size)), settings)
        ended = len(found) == before
    is_whole = told in (len(found), len(first.charged)) or (told is None and ended)
    return Charged(tuple(found.values()), is_readable and is_whole)


def listed_in(answer: PatronAnswer, settings: Settings) -> Charged:
    """All that one answer lists, whatever it counts."""
    found: dict[str, ListedItem] = {}
    is_readable = _add(found, answer, settings)
    return Charged(tuple(found.values()), is_readable)


def together(one: Charged, other: Charged) -> Charged:
    found = {item.barcode: item for item in (*other.items, *one.items)}
    return Charged(tuple(found.values()), one.complete and other.complete)


def _add(found: dict[str, ListedItem], answer: PatronAnswer, settings: Settings) -> bool:
    """False when an entry holds no barcode."""
    entries = [answers.listed(text, settings.profile.au_format, settings) for text in answer.charged]
    for entry in entries:
        if entry is not None:
            found.setdefault(entry.barcode, entry)
    return None not in entries
