"""What is mailed, under which subject a reader decides about it, and how urgent it is."""

from sharing.models import MailChoice
from sharing.models.deliveries import Delivery

Subject, When, Priority = MailChoice.Subject, MailChoice.When, Delivery.Priority

DEFAULTS = {
    Subject.ASKS: When.AT_ONCE,
    Subject.REQUESTS: When.AT_ONCE,
    Subject.LENDINGS: When.AT_ONCE,
    Subject.MESSAGES: When.AT_ONCE,
    Subject.WISHES: When.DAILY,
    Subject.OTHER: When.DAILY,
}
PRIORITIES = {Subject.ASKS: Priority.ASK, Subject.MESSAGES: Priority.TALK}
OF_NOUN = {
    "ask": Subject.ASKS, "request": Subject.REQUESTS, "lending": Subject.LENDINGS, "handover": Subject.LENDINGS,
    "message": Subject.MESSAGES, "search": Subject.WISHES, "purchase": Subject.WISHES, "shelf": Subject.WISHES,
    "condition": Subject.LENDINGS, "outside": Subject.LENDINGS, "collector": Subject.LENDINGS,
    "copy": Subject.LENDINGS,  # found by somebody: whoever lost it does not wait for the evening
    "holding": Subject.WISHES,  # kept for a reader who has not asked for it: that need not press
    "title": Subject.OTHER, "standing": Subject.OTHER, "group": Subject.OTHER, "note": Subject.OTHER, "flag": Subject.OTHER,
    "moderation": Subject.OTHER,
}  # fmt: skip
"""Of the first word of every kind that is told."""
_OTHERS = {"ask.accepted": Subject.REQUESTS}
NOT_MAILED = {"ask.withdrawn"}  # good news that asks for nothing: whoever opens the service reads it there


def of_event(kind: str) -> MailChoice.Subject | None:
    """None for what is told in the service only."""
    if kind in NOT_MAILED:
        return None
    return _OTHERS.get(kind) or OF_NOUN.get(kind.partition(".")[0], Subject.OTHER)


def priority(subject: MailChoice.Subject, *, digest: bool) -> Delivery.Priority:
    return Priority.DIGEST if digest else PRIORITIES.get(subject, Priority.NEWS)
