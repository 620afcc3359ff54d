"""An OAI-PMH repository on a loopback port: pages, date stamps, deletions, and what goes wrong with them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from pymarc import Record, record_to_xml

NAMESPACE = 'xmlns="http://www.openarchives.org/OAI/2.0/"'
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Repository:
    """`ahead` are answers for the next questions, before it answers by itself."""

    page_size: int = 2
    deleted_record: str = "persistent"
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    now: str = "2026-11-24T02:00:00Z"
    formats: tuple[str, ...] = ("oai_dc", "marc21")
    expired: set[str] = field(default_factory=set)
    ahead: list[Callable[[dict[str, str]], Answer | None]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    url: str = ""

    def holds(self, number: str, made: Record | str, *, on: str = "2026-11-01T00:00:00Z") -> None:
        self.records[number] = (on, made if isinstance(made, str) else record_to_xml(made, namespace=True).decode())

    def deletes(self, number: str, *, on: str) -> None:
        self.records[number] = (on, "")

    def lists(self) -> list[dict[str, str]]:
        return [asked for asked in self.asked if asked["verb"] == "ListRecords"]

    def answer(self, asked: dict[str, str]) -> Answer:
        self.asked.append(asked)
        while self.ahead:
            if (given := self.ahead.pop(0)(asked)) is not None:
                return given
            break
        said = {"Identify": self._identify, "ListMetadataFormats": self._formats, "ListRecords": self._list}
        return framed(said[asked["verb"]](asked), self.now)

    def _identify(self, asked: dict[str, str]) -> str:
        return (
            f"<Identify><deletedRecord>{self.deleted_record}</deletedRecord>"
            f"<granularity>{self.granularity}</granularity></Identify>"
        )

    def _formats(self, asked: dict[str, str]) -> str:
        return "".join(
            f"<metadataFormat><metadataPrefix>{name}</metadataPrefix></metadataFormat>" for name in self.formats
        )

    def _list(self, asked: dict[str, str]) -> str:
        token = asked.get("resumptionToken", "")
        if token in self.expired:
            self.expired.discard(token)
            return '<error code="badResumptionToken">too old</error>'
        start, since = token.split("|") if token else ("0", asked.get("from", ""))
        chosen = [(number, *said) for number, said in self.records.items() if said[0] >= since]
        if not chosen:
            return '<error code="noRecordsMatch"/>'
        place = int(start)
        page = "".join(_record(*one) for one in chosen[place : place + self.page_size])
        following = place + self.page_size
        more = f"{following}|{since}" if following < len(chosen) else ""
        return f'<ListRecords>{page}<resumptionToken cursor="{place}">{more}</resumptionToken></ListRecords>'


def framed(inside: str, now: str = "2026-11-24T02:00:00Z") -> Answer:
    text = f"<?xml version='1.0' encoding='UTF-8'?><OAI-PMH {NAMESPACE}><responseDate>{now}</responseDate>{inside}</OAI-PMH>"
    return 200, {"Content-Type": "text/xml"}, text.encode()


def _record(number: str, stamp: str, source: str) -> str:
    status = "" if source else ' status="deleted"'
    head = f"<header{status}><identifier>oai:opac.example:{number}</identifier><datestamp>{stamp}</datestamp></header>"
    return f"<record>{head}{f'<metadata>{source}</metadata>' if source else ''}</record>"


@contextmanager
def serving() -> Iterator[Repository]:
    repository = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = repository.answer(dict(parse_qsl(urlsplit(self.path).query)))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        repository.url = f"http://127.0.0.1:{server.server_address[1]}/oai"
        yield repository
    finally:
        server.shutdown()
        server.server_close()
