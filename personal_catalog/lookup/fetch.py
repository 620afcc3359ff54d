"""Fetching JSON from a service whose address an administrator set: never from an address a reader gave (T-R13).

isbnlib's own fetch reads without limit, follows any redirect and keeps every answer in memory for good, also "unknown";
so only its addresses and its reading of the answers are used.
"""

import json
import time

import httpx
from django.conf import settings

from personal_catalog.lookup.sources import SourceUnavailable

MOST_BYTES = 5_000_000
MOST_REDIRECTS = 2
HEADERS = {"User-Agent": "Bookrelay (isbnlib)", "Accept": "application/json"}


def get_json(url: str) -> object:
    """None for 404. Raises SourceUnavailable; at most settings.LOOKUP_SECONDS_EACH seconds and 5 MB."""
    end = time.monotonic() + settings.LOOKUP_SECONDS_EACH
    try:
        with (
            httpx.Client(
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
                timeout=settings.LOOKUP_SECONDS_EACH,
                headers=HEADERS,
            ) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            response.raise_for_status()
            return _read(response, end)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise SourceUnavailable(type(problem).__name__) from problem


def _read(response: httpx.Response, end: float) -> object:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > end:
            raise SourceUnavailable("too long")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise SourceUnavailable("not JSON") from problem
