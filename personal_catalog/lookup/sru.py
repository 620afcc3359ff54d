"""National and other libraries over SRU, as many as settings.SRU_SERVERS names (docs/sources.md)."""

from urllib.parse import quote, urlencode

from django.conf import settings

from personal_catalog import isbn
from personal_catalog.facts import BookFacts
from personal_catalog.lookup import servers, sru_messages
from personal_catalog.lookup.fetch import get
from personal_catalog.lookup.servers import SruServer

MOST_RECORDS = 5
MOST_BYTES = 2_000_000
XML = "application/xml, text/xml;q=0.9, */*;q=0.1"


class SruSource:
    remote = True

    def __init__(self, server: SruServer) -> None:
        self.name, self.server, self.per_minute = f"sru:{server.name}", server, server.per_minute

    def find(self, isbn13: str) -> BookFacts | None:
        url = address(self.server, isbn13)
        answer = get(
            url, place=self.server.place, seconds=settings.LOOKUP_SECONDS_EACH, most_bytes=MOST_BYTES, accept=XML
        )
        return sru_messages.facts(answer.body, isbn13=isbn13) if answer else None


def sources() -> list[SruSource]:
    return [SruSource(server) for server in servers.sru()]


def address(server: SruServer, isbn13: str) -> str:
    """SRU 1.1, 1.2: a searchRetrieve request. 2.0 knows no `operation`, and another word for how a record is packed."""
    number = isbn.parse(isbn13)
    asked = {
        "version": server.version,
        "operation": "searchRetrieve",
        "query": server.query.format(isbn=isbn13, isbn10=number.isbn10 or isbn13),
        "maximumRecords": str(MOST_RECORDS),
        "recordPacking": "xml",
        "recordSchema": server.schema,
    }
    if server.version == "2.0":
        del asked["operation"]
        asked["recordXMLEscaping"] = asked.pop("recordPacking")
    given = {name: value for name, value in asked.items() if value}
    base = server.place.address
    return f"{base}{'&' if '?' in base else '?'}{urlencode(given, quote_via=quote)}"
