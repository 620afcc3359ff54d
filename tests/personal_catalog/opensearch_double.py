"""The few endpoints of OpenSearch that the search uses, over HTTP in this process: exact tokens, boosts added up, best first.

It is no OpenSearch: it shows that what we send is well formed and means what the embedded index means, not how it ranks.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WHOLE = {"total": 1, "failed": 0}


class Double:
    def __init__(self) -> None:
        self.documents: dict[str, dict[str, set[str]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.seconds: list[float | None] = []
        """How long the client would have waited for each."""
        self.status = 200
        """Another one: everything is answered so."""
        self.said: dict[str, Any] = {}
        """By the last part of an address: this is answered instead."""
        self.url = ""

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        self.asked.append((method, path))
        if self.status != 200:
            return self.status, {"error": "refused"}
        if path.rpartition("/")[2] in self.said:
            return 200, self.said[path.rpartition("/")[2]]
        match method, path.rpartition("/")[2]:
            case "POST", "_bulk":
                return 200, {"items": list(self._bulk([json.loads(line) for line in body.splitlines()]))}
            case "POST", "_search":
                return 200, self._search(json.loads(body))
            case "POST", "_count":
                return 200, {"count": len(self._matching(json.loads(body)["query"])), "_shards": WHOLE}
            case "DELETE", _:
                self.documents.clear()
        return 200, {}

    def _bulk(self, lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        waiting = iter(lines)
        for line in waiting:
            [(act, about)] = line.items()
            if act == "index":
                fields = next(waiting)
                self.documents[about["_id"]] = {name: set(text.split()) for name, text in fields.items()}
                yield {"index": {"status": 201}}
            else:
                yield {"delete": {"status": 200 if self.documents.pop(about["_id"], None) else 404}}

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        found = sorted(self._matching(body["query"]).items(), key=lambda row: (-row[1], int(row[0])))
        hits = [{"_id": pk} for pk, _score in found[: body["size"]]]
        return {
            "timed_out": False,
            "_shards": WHOLE,
            "hits": {"total": {"value": min(len(found), body["track_total_hits"])}, "hits": hits},
        }

    def _matching(self, query: dict[str, Any]) -> dict[str, float]:
        scores = {pk: _score(query, fields) for pk, fields in self.documents.items()}
        return {pk: score for pk, score in scores.items() if score}


def _score(query: dict[str, Any], fields: dict[str, set[str]]) -> float:
    [(kind, about)] = query.items()
    if kind == "dis_max":
        return max(_score(one, fields) for one in about["queries"])
    if kind == "bool":
        parts = [_score(one, fields) for one in about.get("must") or about["should"]]
        return sum(parts) if all(parts) or "should" in about else 0.0
    [(name, asked)] = about.items()
    words = fields[name]
    there = asked["value"] in words if kind == "term" else any(word.startswith(asked["value"]) for word in words)
    return float(asked.get("boost", 1)) if there else 0.0


@contextmanager
def running() -> Iterator[Double]:
    double = Double()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            status, said = double.answer(self.command, self.path, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()


def client(double: Double) -> Any:
    """As opensearch-py's, as far as it is used: `client.transport.perform_request(…)`."""

    def perform_request(
        method: str, path: str, *, body: Any = None, ignore: Any = (), timeout: float | None = None
    ) -> Any:
        double.seconds.append(timeout)
        content = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
        request = Request(double.url + path, content.encode(), {"content-type": "application/json"}, method=method)
        try:
            with urlopen(request) as answer:
                return json.loads(answer.read())
        except HTTPError as refused:
            if refused.code in ignore:
                return {}
            raise

    return SimpleNamespace(transport=SimpleNamespace(perform_request=perform_request))
