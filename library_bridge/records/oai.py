"""A repository that speaks OAI-PMH 2.0. Its place is the resumption token; an expired one means beginning anew."""

import time
from collections.abc import Iterator

from library_bridge.adapters.http import Line
from library_bridge.ports import Unavailable
from library_bridge.records import oai_messages as messages
from library_bridge.records.oai_messages import Identity
from library_bridge.records.portions import Portion

SECONDS = 120.0  # repositories may think long about a page
MOST_BYTES = 32 * 1024 * 1024
TRIES = 3
LONGEST_WAIT = 60  # seconds
XML = {"Accept": "text/xml, application/xml"}


class OaiRepository:
    """`since` is the date stamp up to which everything is known, `until` that of a listing that was interrupted."""

    name = "oai"

    def __init__(self, url: str, *, prefix: str = "", only_set: str = "", since: str = "", until: str = "") -> None:
        self.url, self.prefix, self.only_set, self.since, self.until = url, prefix, only_set, since, until
        self.key = f"{url} {prefix} {only_set} {since}"
        self.lists_all = not since
        self._line = Line(seconds=SECONDS, connections=1, most_bytes=MOST_BYTES)

    def portions(self, after: str) -> Iterator[Portion]:
        try:
            yield from self._portions(after)
        finally:
            self._line.close()

    def _portions(self, token: str) -> Iterator[Portion]:
        identity = messages.identity(self._ask({"verb": "Identify"}))
        if not identity.tells_deletions:  # only a whole listing shows what is gone
            self.lists_all = True
        stamp = self.until or messages.stamped(identity.response_date, identity.granularity)
        number, fresh_starts, first = 0, 0, self._first(identity, stamp)
        while True:
            asked = {"verb": "ListRecords", "resumptionToken": token} if token else first
            page = messages.page(self._ask(asked), number=number)
            if page.error == "badResumptionToken" and token and fresh_starts < TRIES:
                token, fresh_starts = "", fresh_starts + 1
                continue
            if page.error not in ("", "noRecordsMatch"):
                raise Unavailable(f"the repository answers {page.error}")
            if page.token and page.token == token:
                raise Unavailable("the repository gives the same page again and again")
            number += len(page.changes)
            token = page.token
            yield Portion(page.changes, place=token, stamp=stamp)
            if not token:
                return

    def _first(self, identity: Identity, until: str) -> dict[str, str]:
        asked = {"verb": "ListRecords", "metadataPrefix": self.prefix or self._best_prefix(), "until": until}
        if self.since and not self.lists_all:
            asked["from"] = messages.stamped(self.since, identity.granularity)
        if self.only_set:
            asked["set"] = self.only_set
        return {name: value for name, value in asked.items() if value}

    def _best_prefix(self) -> str:
        return messages.best_prefix(self._ask({"verb": "ListMetadataFormats"}))

    def _ask(self, params: dict[str, str]) -> str:
        """A question changes nothing, so it may be asked again; a busy repository says when."""
        for tries_left in reversed(range(TRIES)):
            try:
                answer = self._line.send("GET", self.url, params=params, headers=XML)
                if answer.status == 200:
                    return messages.text_of(answer.body)
                problem = Unavailable(f"the repository answers {answer.status}")
                pause = _seconds(answer.headers.get("retry-after", "")) if answer.status in (429, 503) else 1
            except Unavailable as silence:
                problem, pause = silence, 1
            if tries_left:
                time.sleep(pause)
        raise problem


def _seconds(retry_after: str) -> int:
    return min(int(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 5
