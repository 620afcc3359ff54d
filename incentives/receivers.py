"""What this app does when something happened in sharing. Events come at least once, so everything here may run twice (N6)."""

from typing import Any

from django.utils import timezone

from incentives import rules, standing, vouchers
from sharing import jobs
from sharing.models import DomainEvent


def connect() -> None:
    from sharing.events import happened

    happened.connect(on_event, dispatch_uid="incentives")


def on_event(sender: Any, *, event: DomainEvent, **_rest: Any) -> None:
    if event.kind in rules.PAYING and rules.are_on():
        rules.pay(event)
    if event.kind == "purchase.lapsed" and "purchase" in event.data:
        vouchers.refund_undecided(event)
    if jobs.may_hurry():  # a demo that lets months pass reckons standing once, at their end
        standing.follow(event, now=timezone.now())
