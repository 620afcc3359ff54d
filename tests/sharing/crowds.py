"""Several pairs of readers at once, for what is told only of five or more (P6)."""

from datetime import datetime, timedelta
from itertools import count

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import asks, outcomes, requests
from sharing.models import Lending, Request
from tests import factories
from tests.sharing import steps

_names = count(1)


def pair(*, now: datetime) -> tuple[Copy, Reader]:
    """A copy of a title of its own and a reader who has none."""
    number = next(_names)
    holder, reader = factories.reader(f"Holder {number}"), factories.reader(f"Reader {number}")
    return factories.copy(holder, factories.title(f"Title {number}"), now=now), reader


def placed(*, now: datetime) -> Request:
    copy, reader = pair(now=now)
    return requests.place_request(actor=reader, holding_key=f"copy-{copy.pk}", now=now)


def accepted(*, now: datetime, hours: float = 3) -> Lending:
    ask = placed(now=now).asks.get()
    return asks.accept_ask(ask_id=ask.pk, actor=ask.holder, now=now + timedelta(hours=hours))


def declined(*, now: datetime, hours: float = 3) -> Request:
    request = placed(now=now)
    ask = request.asks.get()
    asks.decline_ask(ask_id=ask.pk, actor=ask.holder, now=now + timedelta(hours=hours))
    return request


def lapsed(*, now: datetime) -> Request:
    request = placed(now=now)
    asks.lapse_ask(ask_id=request.asks.get().pk, now=now + timedelta(days=4))
    return request


def handed_over(*, now: datetime, days: float = 1) -> Lending:
    lending = accepted(now=now, hours=1)
    return steps.handed_over(lending, now=lending.agreed_at + timedelta(days=days))


def expired(request: Request) -> Request:
    return outcomes.expire_request(request_id=request.pk, now=request.deadline_at)
