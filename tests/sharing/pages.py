"""Pages as a reader's browser gets them, at the tests' own time."""

import re
from datetime import datetime

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from library_bridge.models import Reader

BLOCK = re.compile(r"<(?=/?(?:p|div|li|d[dt]|h\d|br|small)\b)")
FRAME = ("SAVEPOINT", "RELEASE", "set_config", "current_setting")


class Page:
    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.content.decode()

    @property
    def text(self) -> str:
        return " ".join(strip_tags(BLOCK.sub(" <", self.html)).split())

    def __contains__(self, words: str) -> bool:
        return words in self.text


def browser(reader: Reader | None = None, *, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if reader is not None:
        client.force_login(reader)
    return client


def get(path: str, reader: Reader | None = None, *, now: datetime, language: str = "en") -> Page:
    with time_machine.travel(now, tick=False):
        return Page(browser(reader, language=language).get(path))


def queries(path: str, reader: Reader | None = None, *, now: datetime) -> list[str]:
    """What a page asks the database once its caches are warm, without the savepoints and limits around a search on PostgreSQL."""
    client = browser(reader)
    with time_machine.travel(now, tick=False):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
    return [q["sql"] for q in captured.captured_queries if not any(word in q["sql"] for word in FRAME)]
