"""Deadlines of this app. Points come out of their waiting period by themselves: their date is in the balance's query."""

from collections.abc import Iterator
from datetime import datetime

from incentives import devices, nights, vouchers
from incentives.farming import reviews
from incentives.models import IncentiveSettings


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    for code in vouchers.expire(now=now):
        yield {"did": "voucher.expired", "voucher": code}
    for review in reviews.clear_overdue(now=now):
        yield {"did": "ring_review.cleared", "review": review}
    if gone := devices.forget(now=now):
        yield {"did": "devices.forgotten", "count": gone}
    if IncentiveSettings.load().enabled:
        yield from nights.act(now=now)
