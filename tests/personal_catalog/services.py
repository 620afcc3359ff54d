"""Open Library, Wikipedia and Google Books on a loopback port, answering in each service's documented format."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, Answer]]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        service = self.path.split("/")[1]
        self.asked.append(unquote(self.path))
        with suppress(BrokenPipeError, ConnectionResetError):
            self.answers.get(service, not_found)(self)

    def log_message(self, *args: object) -> None:
        """Quiet."""


class Services:
    def __init__(self, port: int, handler: type[Handler]) -> None:
        self.answers, self.asked = handler.answers, handler.asked
        self.base = base = f"http://127.0.0.1:{port}"
        self.urls = {
            "openl": f"{base}/openl/api/books?bibkeys=ISBN:{{isbn}}&format=json&jscmd=data",
            "wiki": f"{base}/wiki/api/rest_v1/data/citation/mediawiki/{{isbn}}",
            "goob": f"{base}/goob/books/v1/volumes?q={{isbn}}&fields=items/volumeInfo(title)&maxResults=1",
        }

    def times_asked(self, service: str) -> int:
        return sum(path.startswith(f"/{service}/") for path in self.asked)


@contextmanager
def serving() -> Iterator[Services]:
    handler = type("Fresh", (Handler,), {"answers": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield Services(server.server_address[1], handler)
    finally:
        server.shutdown()
        server.server_close()


def sends(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    def answer(handler: Handler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirects_to(url: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.end_headers()

    return answer


def drips(seconds: float) -> Answer:
    """One byte at a time, for so long."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        end = time.monotonic() + seconds
        with suppress(OSError):  # nobody listens any more
            while time.monotonic() < end:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)

    return answer


def waits_for(event: threading.Event) -> Answer:
    """Says nothing before that."""

    def answer(handler: Handler) -> None:
        event.wait(30)
        not_found(handler)

    return answer


def meets(others: threading.Barrier) -> Answer:
    """Says nothing before all are asked, and nothing of use then."""

    def answer(handler: Handler) -> None:
        with suppress(threading.BrokenBarrierError):
            others.wait(30)
        sends({}, status=500)(handler)

    return answer


not_found = sends({"error": "not found"}, status=404)


def open_library(isbn13: str, **fields: object) -> dict[str, object]:
    record = {
        "url": "http://openlibrary.org/books/OL1M/x",
        "title": "Art in Theory",
        "subtitle": "An Anthology of Changing Ideas",
        "authors": [{"url": "http://openlibrary.org/authors/OL1A", "name": "Charles Harrison"}],
        "publishers": [{"name": "Blackwell"}],
        "publish_date": "October 8, 2002",
    }
    return {f"ISBN:{isbn13}": {**record, **fields}}


def wikipedia(**fields: object) -> list[dict[str, object]]:
    record = {
        "itemType": "book",
        "title": "Art in Theory : an anthology of changing ideas",
        "author": [["Charles", "Harrison"]],
        "publisher": "Blackwell",
        "date": "2002",
    }
    return [{**record, **fields}]


def google_books(isbn13: str, **fields: object) -> dict[str, object]:
    record = {
        "title": "Art in Theory",
        "authors": ["Charles Harrison", "Paul Wood"],
        "publisher": "Blackwell",
        "publishedDate": "2002-10-08",
        "language": "en",
        "industryIdentifiers": [{"type": "ISBN_13", "identifier": isbn13}],
    }
    return {"items": [{"volumeInfo": {**record, **fields}}]}
