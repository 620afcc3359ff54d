"""Seasons in which some rules pay a multiple."""

from django.db.models import Q

from incentives.models import Campaign, Rule
from sharing.models import DomainEvent


def best_for(rule: Rule, event: DomainEvent) -> Campaign | None:
    """Campaigns don't multiply each other: of those that hold at the event's time and for its book, the one that pays most."""
    book = Q(reading_list=None)
    if event.request is not None:
        book |= Q(reading_list__live=True, reading_list__entries__title=event.request.title_id)
    running = Campaign.objects.filter(book, rules=rule, starts_at__lte=event.at, ends_at__gt=event.at)
    return running.order_by("-percent", "pk").first()
