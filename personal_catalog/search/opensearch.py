"""OpenSearch for catalogues that one database no longer searches fast enough: the same tokens of the same analyser, in an index of
its own, reached through Wagtail's backend (settings.SEARCH_SERVERS).

It names candidates and nothing more: which titles live, what a filter lets through and what can be had, the database decides.
The embedded index is kept beside it in the same transaction, so that it answers whenever OpenSearch does not: while it is away,
and after a write that it missed, until `manage.py reindex_titles` has sent it everything again.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache as once
from functools import partial
from typing import Any as Anything
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from wagtail.search.backends import get_search_backend

from personal_catalog.lookup import breaker
from personal_catalog.models import Title
from personal_catalog.search.analyse import Tokens
from personal_catalog.search.engines import CANDIDATES, Engine, Found, NotRenewed, Titles
from personal_catalog.search.terms import All, Node, Term

logger = logging.getLogger(__name__)
T = TypeVar("T")

BACKEND = "candidates"
"""Its name among WAGTAILSEARCH_BACKENDS."""
NAME = "search-servers"
BEHIND, RENEWED, MISSED, UNKNOWN = "search:behind", "renewed", "missed", "unknown"
STATES = {
    MISSED: "OpenSearch missed a change; the embedded index answers until manage.py reindex_titles has run",
    RENEWED: "OpenSearch is being made anew; if no reindex_titles is running, run it again",
    UNKNOWN: "the cache does not answer, so nobody knows whether OpenSearch has everything; the embedded index answers",
}
WRITE_SECONDS, WRITE_TRIES = 30, 2
"""What does not arrive costs a new index, so it is waited for longer than an answer to a reader's question."""
WEIGHTS = {"title": 10.0, "names": 5.0, "other": 2.0}
"""As the embedded engine weighs them; `sound` counts once."""
PLAIN = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
MAPPING = {
    "settings": {"index": {"max_result_window": CANDIDATES}},
    "mappings": {"dynamic": "strict", "properties": dict.fromkeys((*WEIGHTS, "sound"), PLAIN)},
}


class NoAnswer(NotRenewed):
    """Whatever the client says went wrong."""


class OpenSearch:
    def __init__(self, embedded: Engine) -> None:
        self.embedded = embedded

    # kept

    def write(self, rows: Iterable[tuple[int, Tokens]]) -> None:
        said = list(rows)
        self.embedded.write(said)
        transaction.on_commit(partial(_tell, [line for pk, tokens in said for line in _document(pk, tokens)]))

    def drop(self, ids: Sequence[int]) -> None:
        self.embedded.drop(ids)
        transaction.on_commit(partial(_tell, [{"delete": {"_id": str(pk)}} for pk in ids]))

    def mark(self, ids: Sequence[int], *, circulating: bool) -> None:
        """Who has a book is the database's to know."""
        self.embedded.mark(ids, circulating=circulating)

    def circulating(self) -> set[int]:
        return self.embedded.circulating()

    def indexed(self, ids: Iterable[int]) -> set[int]:
        return self.embedded.indexed(ids)

    def missing(self) -> list[int]:
        return self.embedded.missing()

    def behind(self) -> str:
        mark = _cached(lambda: str(cache.get(BEHIND, "")), UNKNOWN)
        return STATES.get(mark, "")

    def begin_anew(self) -> None:
        """An empty index in place of the old one, asked nothing until `end_anew`. Raises NoAnswer."""
        cache.set(BEHIND, RENEWED, None)
        _perform("DELETE", "", None, read=_done, ignore=(404,))
        _perform("PUT", "", MAPPING, read=_done)

    def end_anew(self) -> None:
        """Raises NoAnswer when something has been missed meanwhile."""
        _perform("POST", "_refresh", None, read=_done)
        if cache.get(BEHIND) == MISSED:
            raise NoAnswer("changes were missed")
        cache.delete(BEHIND)

    # asked

    def find(self, asked: Node, *, within: Titles | None = None, newest: bool = False) -> Found:
        """A question with more candidates than are looked at goes to the database, which knows them all and who has them."""
        found = _candidates(asked)
        if found is None or found[1] > len(found[0]):
            return self.embedded.find(asked, within=within, newest=newest)
        rows = Title.objects.live() if within is None else within.order_by()
        shown = set(rows.filter(pk__in=found[0]).values_list("pk", flat=True))
        return Found([pk for pk in found[0] if pk in shown])

    def most_of(self, terms: Sequence[Term], *, limit: int, within: Titles | None = None) -> list[int]:
        return self.embedded.most_of(terms, limit=limit, within=within)

    def in_time(self) -> AbstractContextManager[None]:
        return self.embedded.in_time()


def query_of(node: Node) -> dict[str, Anything]:
    """The tree in OpenSearch's query language, every token as it is."""
    if isinstance(node, Term):
        kind = "prefix" if node.prefix else "term"
        if node.field == "sound":
            return {kind: {"sound": {"value": node.token}}}
        fields = [{kind: {name: {"value": node.token, "boost": weight}}} for name, weight in WEIGHTS.items()]
        return {"dis_max": {"queries": fields}}
    parts = [query_of(part) for part in node.parts]
    if isinstance(node, All):
        return {"bool": {"must": parts}}
    return {"bool": {"should": parts, "minimum_should_match": 1}}


def _document(pk: int, tokens: Tokens) -> list[dict[str, Anything]]:
    fields = {"title": tokens.title, "names": tokens.names, "other": tokens.other, "sound": tokens.sound}
    return [{"index": {"_id": str(pk)}}, {name: " ".join(words) for name, words in fields.items()}]


def _candidates(asked: Node) -> tuple[list[int], int] | None:
    """The best ones and how many match, more than are looked at counted as one more; None without an answer."""
    body = {
        "query": query_of(asked),
        "size": CANDIDATES,
        "_source": False,
        "track_total_hits": CANDIDATES + 1,
        "timeout": f"{settings.SEARCH_SECONDS}s",
    }
    return _ask("_search", body, _hits)


def _hits(answer: Anything) -> tuple[list[int], int] | None:
    """None: too broad to be answered in time, which is no failure of the servers."""
    _whole(answer)
    if answer["timed_out"]:
        return None
    hits = answer["hits"]
    return [int(hit["_id"]) for hit in hits["hits"]], int(hits["total"]["value"])


def _whole(answer: Anything) -> None:
    if failed := int(answer["_shards"]["failed"]):
        raise NoAnswer(f"{failed} parts of the index missing")


def _ask(path: str, body: dict[str, Anything], read: Callable[[Anything], T]) -> T | None:
    """None where the embedded index has to answer: so too while the cache cannot say whether something was missed."""
    if _cached(lambda: bool(cache.get(BEHIND)) or not breaker.allows(NAME), True):
        return None
    try:
        answer = _perform("POST", path, body, read=read)
    except NoAnswer as problem:
        _cached(lambda: breaker.note(NAME, ok=False), None)
        logger.warning("OpenSearch does not answer (%s); the embedded index does", problem)
        return None
    _cached(lambda: breaker.note(NAME, ok=True), None)
    return answer


def _tell(lines: list[dict[str, Anything]]) -> None:
    """What did not arrive makes the index one that is behind: it is asked nothing more until it is made anew. Raises nothing:
    what is told here is committed."""
    if not lines:
        return
    sent = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        if not _cached(lambda: breaker.allows(NAME), True):
            raise NoAnswer("left alone for a minute")
        _write(sent)
    except NoAnswer as problem:
        _cached(lambda: breaker.note(NAME, ok=False), None)
        logger.error("OpenSearch missed a change (%s); until reindex_titles ran, the embedded index answers", problem)
        if not _cached(_mark_missed, False):
            logger.critical("That OpenSearch missed a change could not be noted: run reindex_titles now")


def _mark_missed() -> bool:
    cache.set(BEHIND, MISSED, None)
    return True


def _write(sent: str) -> None:
    """Again gives the same. Raises NoAnswer."""
    for left in reversed(range(WRITE_TRIES)):
        try:
            return _perform("POST", "_bulk", sent, read=_all_taken, timeout=WRITE_SECONDS)
        except NoAnswer as problem:
            if not left:
                raise
            logger.warning("OpenSearch did not take a change (%s); it is sent again", problem)


def _done(_answer: Anything) -> None:
    """That there was one is enough."""


def _all_taken(answer: Anything) -> None:
    if any(map(_failed, answer["items"])):
        raise NoAnswer("documents refused")


def _cached(act: Callable[[], T], otherwise: T) -> T:
    """No page of a reader fails with the cache."""
    try:
        return act()
    except Exception as problem:  # noqa: BLE001  (which errors it has depends on its backend)
        logger.error("The cache does not answer (%s)", type(problem).__name__)
        return otherwise


def _failed(item: dict[str, dict[str, Anything]]) -> bool:
    """That something is gone already is no failure."""
    return any(
        said.get("status", 500) >= 400 and (did, said["status"]) != ("delete", 404) for did, said in item.items()
    )


def _perform(
    method: str,
    path: str,
    body: Anything,
    *,
    read: Callable[[Anything], T],
    ignore: Sequence[int] = (),
    timeout: float | None = None,
) -> T:
    """What `read` makes of the answer; `timeout` in seconds, None: that of searches. Raises NoAnswer, also for an answer that
    cannot be read. The client is an extra: which errors it has is not known here."""
    try:
        client, index = _client()
        address = f"/{index}/{path}" if path else f"/{index}"
        return read(client.transport.perform_request(method, address, body=body, ignore=ignore, timeout=timeout))
    except NoAnswer:
        raise
    except Exception as problem:
        raise NoAnswer(type(problem).__name__) from problem


@once
def _client() -> tuple[Anything, str]:
    backend = get_search_backend(BACKEND)
    return backend.es, f"{backend.index_prefix}titles"
