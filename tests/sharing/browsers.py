"""A signed-in browser of one of the cast, for tests of pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.http import HttpResponse
from django.test import Client

from library_bridge.models import Reader
from sharing.models import Ask, DomainEvent, Handover, Lending, Message, Notification, Request

HTMX = {"HX-Request": "true"}


def of(reader: Reader, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(reader)
    return client


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
    return answer.content.decode()


def seen(client: Client, url: str, **kwargs: object) -> str:
    return text(client.get(url, **kwargs))  # type: ignore[arg-type]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def everything() -> list[object]:
    """What sharing knows, to compare before and after."""
    models = (Request, Ask, Lending, Handover, Message, Notification, DomainEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]
