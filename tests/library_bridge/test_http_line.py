"""K13, R5, R6: what a bad or hostile server can do to one request. It listens on loopback and speaks bytes."""

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from library_bridge.adapters.http import MOST_BYTES, Answer, Line, address, json_of
from library_bridge.adapters.options import Misconfigured
from library_bridge.ports import Unavailable

Say = Callable[[socket.socket], None]


class Server:
    """Says the same to each request, and counts them."""

    def __init__(self, say: Say) -> None:
        self.say, self.heard, self.pieces = say, list[bytes](), 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._listening.accept()
                with line, suppress(OSError):
                    self.heard.append(line.recv(65536))
                    self.say(line)

    def stop(self) -> None:
        self._listening.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Say | bytes], Server]]:
    servers: list[Server] = []

    def start(say: Say | bytes) -> Server:
        servers.append(Server(say if callable(say) else lambda line: line.sendall(say)))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def answer(body: bytes, *headers: str, status: str = "200 OK", content_type: str = "application/json") -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-type: {content_type}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def silence(server: Server, *, seconds: float = 5.0, method: str = "GET") -> Unavailable:
    with pytest.raises(Unavailable) as problem:
        Line(seconds=seconds).send(method, f"{server.url}/secret-path", headers={"authorization": "secret-key"})
    assert "secret" not in str(problem.value)
    return problem.value


Serve = Callable[[Say | bytes], Server]


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_s4_k13_a_slow_drip_ends_with_the_whole_time(serve: Serve, before: bytes) -> None:
    """Also in the status line and in the headers, where each byte comes in time."""
    dripped = []

    def drip(line: socket.socket) -> None:
        line.sendall(before)
        for _second in range(200):
            dripped.append(line.send(b"1"))
            time.sleep(0.05)

    assert not silence(serve(drip), seconds=0.4).nothing_sent
    assert 0 < len(dripped) < 100


def test_s4_k13_a_server_that_never_answers_is_left(serve: Serve) -> None:
    assert not silence(serve(lambda line: time.sleep(1.5)), seconds=0.2).nothing_sent


def test_s4_k13_a_server_that_never_accepts_is_left() -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = full.getsockname()[1]
    queue = [socket.socket() for _line in range(4)]
    for line in queue:
        line.setblocking(False)
        line.connect_ex(("127.0.0.1", port))
    with pytest.raises(Unavailable) as problem:
        Line(seconds=0.3).send("GET", f"http://127.0.0.1:{port}/")
    assert problem.value.nothing_sent
    for line in [*queue, full]:
        line.close()


def test_s4_k13_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    with pytest.raises(Unavailable) as problem:
        Line(seconds=2.0).send("POST", f"http://127.0.0.1:{port}/", content=b"{}")
    assert problem.value.nothing_sent


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200", answer(b'{"a": 1}')[:-3]])
def test_s4_r5_a_closed_line_is_one_request_and_unknown(serve: Serve, said: bytes, method: str) -> None:
    server = serve(said)
    assert not silence(server, method=method).nothing_sent
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", ["500 Error", "502 Bad Gateway", "503 Maintenance", "504 Time-out", "401 No"])
def test_s4_r5_an_error_is_an_answer_and_nothing_is_repeated(serve: Serve, status: str) -> None:
    server = serve(answer(b"<html>", status=status, content_type="text/html"))
    assert Line(seconds=5.0).send("POST", server.url).status == int(status[:3])
    assert len(server.heard) == 1


def test_s4_x8_a_second_answer_is_never_the_next_ones(serve: Serve) -> None:
    replies = iter([answer(b"1") + answer(b"1"), answer(b"2")])
    server, line = serve(lambda heard: heard.sendall(next(replies))), Line(seconds=5.0)
    assert [json_of(line.send("GET", server.url)) for _time in range(2)] == [1, 2]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
def test_s4_r6_a_redirect_is_refused_and_not_followed(serve: Serve, status: str) -> None:
    elsewhere = serve(answer(b"{}"))
    silence(serve(answer(b"", f"location: {elsewhere.url}/", status=status)))
    assert elsewhere.heard == []


def test_s4_r6_the_answer_has_a_limit(serve: Serve) -> None:
    assert silence(serve(answer(b"1" * (MOST_BYTES + 1)))).reason == "the answer is too large"
    exactly = Line(seconds=5.0).send("GET", serve(answer(b"1" * MOST_BYTES)).url)
    assert len(exactly.body) == MOST_BYTES


def test_s4_r6_endless_headers_are_refused(serve: Serve) -> None:
    silence(serve(b"HTTP/1.1 200 OK\r\n" + b"x-more: 1\r\n" * 40_000))


def test_s4_r6_a_gzip_bomb_is_refused(serve: Serve) -> None:
    bomb = gzip.compress(b"0" * 40_000_000)
    assert silence(serve(answer(bomb, "content-encoding: gzip"))).reason == "the answer is too large"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_s4_r6_other_packing_is_refused(serve: Serve, encoding: str) -> None:
    silence(serve(answer(b"{}", f"content-encoding: {encoding}")))


def test_s4_r6_packed_answers_are_read_whole_or_not_at_all(serve: Serve) -> None:
    packed = gzip.compress(b'{"a": 1}')
    whole = serve(answer(packed, "content-encoding: gzip"))
    assert json_of(Line(seconds=5.0).send("GET", whole.url)) == {"a": 1}
    silence(serve(answer(packed[:-9], "content-encoding: gzip")))
    silence(serve(answer(b"not packed", "content-encoding: gzip")))


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "", "text/json", "application/xml"])
def test_s4_r6_something_else_than_json_is_refused(content_type: str) -> None:
    with pytest.raises(Unavailable):
        json_of(Answer(200, {"content-type": content_type}, b"{}"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[-Infinity]",
        b"[1e999]",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"9" * 5_000,
        b'["\\ud83d"]',
        b'{"a": "\xff"}',
        b'{"a": 1',
        b'{"a": 1} {"b": 2}',
    ],
)
def test_s4_r6_unreadable_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unavailable) as problem:
        json_of(Answer(200, {"content-type": "application/json"}, body))
    assert problem.value.__cause__ is None


def test_s4_r6_every_character_comes_through() -> None:
    text = "東方雜誌 café 📚 a|b \u200f"
    for escaped in (True, False):
        body = json.dumps([text], ensure_ascii=escaped).encode()
        assert json_of(Answer(200, {"content-type": "application/json;charset=utf-8"}, body)) == [text]


@pytest.mark.parametrize(
    "given",
    ["", "staff.example", "ftp://staff.example", "http://staff.example", "https://", "https://a:b@staff.example",
     "https://staff.example/?a=1", "https://[::1", "https://staff.example:99999", "http://127.0.0.1.evil.example"],
)  # fmt: skip
def test_s4_t_i3_an_address_that_would_carry_the_key_in_the_clear_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured):
        address("base_url", given)


@pytest.mark.parametrize("given", ["https://staff.example/", "http://127.0.0.1:6002", "http://localhost:1"])
def test_s4_t_i3_tls_or_loopback_is_taken(given: str) -> None:
    assert address("base_url", given) == given.rstrip("/")


def test_s4_k12_no_address_and_no_key_reaches_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"{serve(answer(b'{}')).url}/CANARY-path"
    Line(seconds=5.0).send("GET", url, params={"card": "CANARY-card"}, headers={"authorization": "CANARY-key"})
    assert "CANARY" not in caplog.text
