"""Every address of the service as one person's browser or program sees it, by the URLs and the API's own document."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any
from unittest import mock

from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import URLPattern, reverse

from config.api import v1
from library_bridge.models import LibraryLoan, Reader
from personal_catalog.lookup.fetch import Answer
from personal_catalog.models import Copy, ImportJob, ShelfTag, Title
from sharing.models import Ask, Conversation, Handover, Lending, Request, SavedSearch
from tests.sharing.api.clients import Api

NOT_OPENED = {
    "live",
    "sso-leave",
    "sso-callback",
    "saml_acs",
    "saml_finish_acs",
    "saml_metadata",
    "saml_sls",
    "cover-picture",
    "reward-picture",
    "photo",
}
MOST = 2
"""Rows of a kind whose pages are opened."""
MOST_IN_ADMIN = 12
"""Pages of the admin in one step."""
ADMIN = re.compile(
    r"(?<![\w/])/admin/(?!logout|api/|jsi18n|sprite|password|account|locale|workflows|redirects)[a-z_-]+/(?:[\w-]+/)*"
)
NOUNS: dict[str, type[Any]] = {
    "request": Request, "ask": Ask, "lending": Lending, "conversation": Conversation, "handover": Handover, "copy": Copy,
    "title": Title, "loan": LibraryLoan, "search": SavedSearch, "job": ImportJob, "tag": ShelfTag,
}  # fmt: skip


def values(name: str) -> list[Any]:
    """What may stand for a parameter of an address: of each reader's rows some."""
    noun = name.removesuffix("_id")
    if noun in NOUNS:
        return list(NOUNS[noun]._base_manager.order_by("-pk").values_list("pk", flat=True)[:MOST])
    copies = list(Copy.objects.order_by("-pk")[:MOST])
    if name == "key":
        return [copy.key for copy in copies] + [
            f"loan-{pk}" for pk in LibraryLoan.objects.values_list("pk", flat=True)[:MOST]
        ]
    if name == "code":
        return [copy.code for copy in copies]
    return {"ending": ["csv"]}.get(name, [])


def pages() -> Iterator[str]:
    for app in settings.OUR_APPS:
        for pattern in import_module(f"{app}.urls").urlpatterns:
            if pattern.name not in NOT_OPENED:
                yield from _addresses(pattern)
    yield from (f"/search/?q={word}" for word in ("MARK", "Own", "Loan"))


def _addresses(pattern: URLPattern) -> Iterator[str]:
    names = list(pattern.pattern.converters)  # type: ignore[attr-defined]  # of a path()
    filled: list[dict[str, Any]] = [{}]
    for name in names:
        filled = [{**given, name: value} for given in filled for value in values(name)]
    for given in islice(filled, MOST):
        yield reverse(pattern.name, kwargs=given)


def seen_by(reader: Reader | None, *, only: str = "") -> Iterator[tuple[str, str]]:
    """Address and body of everything that answers; refusals too may say too much."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=True)
    if reader is not None:
        client.force_login(reader)
    for address in pages():
        if only not in address:
            continue
        answer = client.get(address)
        if answer.status_code != 405:
            yield address, _body(answer) + str(answer.headers)


def opened(reader: Reader | None, *links: str) -> Iterator[tuple[str, str]]:
    client = Client(headers={"accept-language": "en"})
    if reader is not None:
        client.force_login(reader)
    for link in links:
        answer = client.get(link.removeprefix(settings.BASE_URL))
        assert answer.status_code == 200
        yield link, _body(answer) + str(answer.headers)


@contextmanager
def posted() -> Iterator[list[tuple[str, str]]]:
    """To push services and the messenger's bridge: address and what was said, before it is encrypted for the phone."""
    sent: list[tuple[str, str]] = []

    def post(address: str, *, content: bytes, **how: Any) -> Answer:
        sent.append((address, f"{content.decode()} {how.get('headers')}"))
        return Answer(201, {}, b"")

    plain = mock.patch("sharing.pushing.encryption.encrypt", lambda text, **keys: text)
    with plain, mock.patch("personal_catalog.lookup.fetch.post", post):
        yield sent


def told_by_api(reader: Reader) -> Iterator[tuple[str, str]]:
    api, document = Api(reader), v1.get_openapi_schema()
    for path, operations in document["paths"].items():
        if "get" in operations:
            for filled in _filled(path.removeprefix("/api/v1")):
                yield filled, _body(api.get(filled))


def _filled(path: str) -> Iterator[str]:
    if "{" not in path:
        yield path
        return
    noun = path.split("/{")[0].rsplit("/", 1)[-1]
    known = {"copies": "copy", "titles": "title", "requests": "request", "asks": "ask", "lendings": "lending",
             "conversations": "conversation", "handovers": "handover", "holdings": "key", "imports": "job"}  # fmt: skip
    for value in values(known.get(noun, noun)):
        yield re.sub(r"\{\w+\}", str(value), path, count=1)


def seen_by_staff(staff: Reader) -> Iterator[tuple[str, str]]:
    """The admin as its own menus and lists lead through it, two steps deep."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    known, here = {"/admin/"}, ["/admin/"]
    for _step in range(3):
        there: list[str] = []
        for address in here:
            body = _body(client.get(address))
            yield address, body
            there += [link for link in dict.fromkeys(ADMIN.findall(body)) if link not in known]
            known |= set(there)
        here = there[:MOST_IN_ADMIN]


def mails_to(address: str) -> Iterable[tuple[str, str]]:
    for letter in mail.outbox:
        if letter.to == [address]:
            parts = [letter.subject, str(letter.body), str(letter.extra_headers)]
            yield letter.subject, " ".join(parts + [str(part[0]) for part in getattr(letter, "alternatives", [])])


def cached() -> str:
    """Everything that the caches of this process hold."""
    return " ".join(str(dict(getattr(cache, "_cache", {}))) for cache in caches.all())


def _body(answer: Any) -> str:
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")
