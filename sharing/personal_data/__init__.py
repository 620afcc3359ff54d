"""What sharing keeps of persons; `library_bridge.keeping` says how to read it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from library_bridge.models import Reader
from sharing import histories, past_events
from sharing.models import Block, DomainEvent, Flag, Notification
from sharing.personal_data import account, beforehand, exchanges, news, wishes, words

_SUBJECTS = (exchanges, words, beforehand, wishes, news, account)
TOPICS = tuple(topic for subject in _SUBJECTS for topic in subject.TOPICS)
ROWS = tuple(rows for subject in _SUBJECTS for rows in subject.ROWS)

NOT_PERSONAL = {
    "sharing.GroupLink",  # a way into a group, whoever takes it
    "sharing.MeetingPlace", "sharing.DropPoint", "sharing.Kiosk",  # the librarians' lists
    "sharing.Conversation",  # only ties an ask to its messages
    # the library's: rules, harvests, course lists, guide and what all readers together have
    "sharing.MessengerBridge", "sharing.Holiday",
    "sharing.CirculationPolicy", "sharing.Harvest", "sharing.HarvestedRecord", "sharing.RelatedTitle", "sharing.SuggestionCount",
    "sharing.HomePage", "sharing.GuidePage", "sharing.ReadingListsPage", "sharing.ReadingListPage", "sharing.ReadingListEntry",
    "sharing.ReadingListImport",
}  # fmt: skip


def forget_what_happened(*, now: datetime, most: int) -> int:
    histories_gone = histories.forget_histories(now=now, most=most)
    return max(histories_gone, past_events.forget_events(now=now, most=most))


forget = forget_what_happened
TOLD_ONE = (
    "search.matched",
    "search.ended",
    "outside.due",
    "purchase.ordered",
    "purchase.declined",
    "purchase.late",
    "purchase.lapsed",
    "note.hidden",
    "note.shown",
    "flag.decided",
    "holding.kept",
    "moderation.hidden",
    "moderation.warned",
    "moderation.suspended",
    "standing.answered",
)


def erase(reader: Reader, now: datetime) -> None:
    """Events that were told to one reader say in their data what that reader was looking for, or lent outside; what somebody else
    was told stays theirs to read, without the words of whoever did it. Blocks by others are not in the register: their reader
    must not learn of them from an export."""
    Block.objects.filter(blocked=reader).delete()
    Flag.objects.filter(about=reader).update(about=None, excerpt="")
    theirs = Q(notifications__reader=reader) | Q(actor=reader)
    others = Exists(Notification.objects.filter(event=OuterRef("pk")).exclude(reader=reader))
    events = DomainEvent.objects.filter(theirs, ~others, kind__in=TOLD_ONE)
    DomainEvent.objects.filter(pk__in=events.values("pk")).update(data={}, why="")
    DomainEvent.objects.filter(actor=reader, kind__in=TOLD_ONE).update(why="")
