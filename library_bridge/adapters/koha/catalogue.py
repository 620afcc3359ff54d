"""Koha's items, titles, holds and checkouts, asked for in as few requests as its API allows."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from io import StringIO
from zoneinfo import ZoneInfo

import isbnlib
import pymarc

from library_bridge.adapters.fields import Fields, number_of, rows_of, whole
from library_bridge.adapters.http import Answer, json_of
from library_bridge.adapters.koha import messages
from library_bridge.adapters.koha.abilities import Abilities
from library_bridge.adapters.koha.messages import Biblio, Checkout, Hold, Item
from library_bridge.adapters.koha.records import bibliographic_record
from library_bridge.adapters.koha.session import PAGE, Session, page, query, read
from library_bridge.ports import BibliographicRecord, Unavailable

AT_ONCE = 50  # numbers in one address
MOST_BIBLIOS = 20  # of one ISBN
MARC = "application/marc-in-json"


def item_of(session: Session, able: Abilities, barcode: str) -> Item | None:
    asked = {"external_id": barcode, "_match": "exact", "_per_page": "2"}
    answer = session.get("/items", asked, embed="biblio" if able.titles_with_items else "")
    found = messages.items(read(answer))
    if len(found) > 1:
        raise Unavailable("several items for one barcode")
    if not found or found[0].barcode != barcode:
        return None
    return _with_title(session, found[0])


def items_of(session: Session, able: Abilities, item_ids: Sequence[int]) -> dict[int, Item]:
    """With their titles, by number."""
    found: dict[int, Item] = {}
    embed = "biblio" if able.titles_with_items else ""
    for some in groups(item_ids):
        rows = session.rows("/items", query({"me.item_id": some}), embed=embed).rows
        found |= {item.item_id: _with_title(session, item) for item in messages.items(rows)}
    return {item_id: item for item_id, item in found.items() if item_id in set(item_ids)}


def _with_title(session: Session, item: Item) -> Item:
    """Older versions tell it one by one."""
    if item.has_title:
        return item
    found = session.one(f"/biblios/{item.biblio.biblio_id}")
    return replace(item, biblio=messages.biblio(found), has_title=True) if found else item


def items_in(session: Session, biblio_id: int) -> list[Item]:
    found = messages.items(session.rows(f"/biblios/{biblio_id}/items").rows)
    return [item for item in found if item.biblio.biblio_id == biblio_id]


def in_transit(session: Session, able: Abilities, biblio_id: int, item_ids: Collection[int]) -> set[int]:
    """Which of them are on their way between branches; none where this version does not tell."""
    if not able.tells_transit or not item_ids:
        return set()
    rows = session.rows(f"/biblios/{biblio_id}/items", embed="transfer").rows
    return {item.item_id for item in messages.items(rows) if item.in_transit} & set(item_ids)


def checkouts_of(session: Session, item_ids: Sequence[int], zone: ZoneInfo) -> dict[int, Checkout]:
    """Who has them, by item. Raises Unavailable for one that is charged twice."""
    found: dict[int, Checkout] = {}
    for some in groups(item_ids):
        for checkout in messages.checkouts(session.rows("/checkouts", query({"me.item_id": some})).rows, zone):
            if checkout.item_id in found or checkout.item_id not in some:
                raise Unavailable("the answer was for another item")
            found[checkout.item_id] = checkout
    return found


def holds_on(session: Session, biblio_id: int) -> list[Hold]:
    """On the title and on each of its items. Raises Unavailable for a list that is cut short: a hold may be missing."""
    listed = session.rows("/holds", {"biblio_id": str(biblio_id)})
    if not listed.complete or any(whole(row, "biblio_id") != biblio_id for row in listed.rows):
        raise Unavailable("the list of holds can't be believed")
    return messages.holds(listed.rows)


def biblios_of(session: Session, isbns: Sequence[str]) -> list[Biblio]:
    """Koha keeps an ISBN as it was typed, hyphens and all: found by its digits, then compared."""
    wanted = {isbn for each in isbns if (isbn := isbnlib.to_isbn13(each))}
    found: dict[int, Biblio] = {}
    for isbn in sorted(wanted):
        for form in filter(None, [isbn, isbnlib.to_isbn10(isbn)]):
            like = f"%{'%'.join(form)}%"
            answer = session.get("/biblios", {**query({"isbn": {"-like": like}}), "_per_page": str(MOST_BIBLIOS)})
            rows = rows_of(read(answer))
            found |= {row.biblio_id: row for row in map(messages.biblio, rows)}
    return [biblio for biblio in found.values() if wanted & set(biblio.isbn13s)]


def records(session: Session) -> Iterator[BibliographicRecord]:
    """In the order of their numbers; three requests for a page."""
    number = 1
    while True:
        asked = {**page(number), "_order_by": "+biblio_id"}
        rows = rows_of(read(session.get("/biblios", asked)))
        ids = [number_of(row, "biblio_id") for row in rows]
        items, marc = _item_counts(session, ids), _marc(session, ids)
        for row, biblio_id in zip(rows, ids, strict=True):
            yield bibliographic_record(row, item_count=items[biblio_id], marc=marc.get(biblio_id, b""))
        if len(rows) < PAGE:
            return
        number += 1


def _item_counts(session: Session, biblio_ids: Sequence[int]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for some in groups(biblio_ids):
        counts.update(number_of(row, "biblio_id") for row in session.rows("/items", query({"me.biblio_id": some})).rows)
    return counts


def _marc(session: Session, biblio_ids: Sequence[int]) -> dict[int, bytes]:
    """MARC of these titles, by number; {} for a page that does not answer one record for each."""
    if not biblio_ids:
        return {}
    asked = {**query({"me.biblio_id": list(biblio_ids)}), "_order_by": "+biblio_id", "_per_page": str(PAGE)}
    answer = session.get("/biblios", asked, accept=MARC)
    if answer.status != 200:
        return {}
    found = rows_of(json_of(answer))
    return dict(zip(biblio_ids, map(_iso_2709, found), strict=True)) if len(found) == len(biblio_ids) else {}


def _iso_2709(found: Fields) -> bytes:
    """b"" for a record that MARC can't hold."""
    try:
        [record] = pymarc.parse_json_to_array(StringIO(json.dumps([found])))  # type: ignore[no-untyped-call]
        record.force_utf8 = True
        return bytes(record.as_marc())
    except (ValueError, KeyError, TypeError, AttributeError, pymarc.exceptions.PymarcException):
        return b""


def total(answer: Answer) -> int | None:
    return whole(answer.headers, "x-total-count")


def groups(numbers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield list(numbers[start : start + AT_ONCE])
