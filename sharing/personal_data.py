"""What sharing keeps of persons; `library_bridge.keeping` says how to read it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.keeping import Forget, Rows, Topic
from library_bridge.models import Reader
from sharing import histories
from sharing.models import Block, DomainEvent, Flag, Notification

TOPICS = (
    Topic(
        "exchanges",
        _("Your requests, answers and lendings with their dates, and what was done in each."),
        _("So that every request gets an answer, and a dispute can be settled."),
        _(
            "%(days)s days after the end it is forgotten whose they were, unless you choose to keep your own; that they were stays "
            "for the figures. What still goes on stays for the other side if you erase your account, without name and words."
        ),
        "history",
    ),
    Topic(
        "places",
        _("Where two readers meet for a handover."),
        _("So that they find each other. A day after the end neither of the two sees it any more."),
        _("Deleted %(days)s days after the end."),
        "handover_places",
    ),
    Topic(
        "messages",
        _("The messages in a conversation."),
        _("So that the two of you can agree, and look up what you agreed."),
        _("When a conversation ends it can only be read; %(days)s days later its messages are deleted."),
        "messages",
    ),
    Topic(
        "flags",
        _(
            "What you report to the librarians, and what they decide. They see the reported words and their neighbours only."
        ),
        _("So that nobody is insulted, pressed or deceived here. Who reported something is told to nobody."),
        _("%(days)s days after a librarian has decided."),
        "catalogue_work",
    ),
    Topic(
        "blocks",
        _("Whom you have blocked, by what you knew of them, and the book it was about."),
        _("So that the service brings the two of you together no more. They are not told."),
        _("Until you lift the block. About which book it was, %(days)s days."),
        "history",
    ),
    Topic(
        "ratings",
        _("How you said that an exchange went."),
        _("So that the two of you, and the library where it went badly, know what could be better."),
        _("Your words are deleted %(days)s days after the lending has ended."),
        "history",
    ),
    Topic(
        "conditions",
        _(
            "How a book looked at each handover, with a photo if it got worse; what a finder wrote, without who they are."
        ),
        _("So that nobody answers for damage that was there before."),
        _("The photo is deleted %(days)s days after the lending has ended."),
        "condition_photos",
    ),
    Topic(
        "beforehand",
        _(
            "What you decide beforehand: days away, when you usually have time, books you offer, "
            "to what you agree, loans outside the service."
        ),
        _("So that you are asked only when and for what you want."),
        _("Until you change it. With whom a loan outside is, until it ends; the rest of it %(days)s days longer."),
        "outside",
    ),
    Topic(
        "journeys",
        _("In the journey of a copy: a name drawn for it, your area and your note, if you take part."),
        _("For the readers after you."),
        _("Until you leave the journey."),
    ),
    Topic(
        "news",
        _(
            "What you were told in the service, what you want by mail, and of each mail that it was sent, not what it said."
        ),
        _("So that nothing is lost, and nothing is told twice."),
        _("%(days)s days."),
        "news",
    ),
    Topic(
        "shelf",
        _("If you show your shelf to others: its name. Which shelves you follow."),
        _("So that others find what you show to everyone anyway, and you are told of new books."),
        _("Until you show it no more, or follow no more."),
    ),
    Topic(
        "notes",
        _("What you write about a title, under a name drawn for it; notes that you report."),
        _("For the readers after you, and so that nothing stands there that does not belong there."),
        _("Until you delete your note. What was reported, %(days)s days after a librarian has looked."),
        "catalogue_work",
    ),
    Topic(
        "devices",
        _("Devices that you have told by push, and what you want to be told there or by the campus’s messenger."),
        _("So that an answer does not wait until you look in. What is sent can be read on the device only."),
        _("Until you take the device off, or sign out there."),
    ),
    Topic(
        "wishes",
        _("Searches that you save, and purchases that you suggest. Other searches are not kept."),
        _("To tell you when something appears."),
        _("%(days)s days after a search has ended or the library has answered."),
        "wishes",
    ),
    Topic(
        "calendar",
        _(
            "A mark of the private address under which your own calendar reads your meetings and due dates, if you have one."
        ),
        _("Whoever has the address reads the books, days and places of the campus, and nobody’s name."),
        _("Until you take the address back."),
    ),
    Topic(
        "own_data",
        _("That you had your own data put together, and the file with it; that you want your account erased."),
        _("So that you can take it along, and see that nobody else did."),
        _("The file a quarter of an hour; that it was made, as what was done in your requests."),
    ),
    Topic(
        "other_programs",
        _("Keys of other programs that act for you, and what they were answered; your limit of open requests."),
        _("So that a command that comes twice is done once."),
        _("Answers two days, keys as long as they are valid."),
    ),
)

_ON, _BOOK, _NOTE, _STATUS = pgettext_lazy("column", "on"), _("book"), _("note"), _("status")
_UNTIL, _ENDED, _REASON = pgettext_lazy("column", "until"), _("ended on"), _("reason")
_OF_HOLDING = {"copy__title__title": _BOOK, "library_loan__title": _("book of the library")}

ROWS = (
    Rows(
        "sharing.Request", ("requester",), "exchanges",
        {
            "title__title": _BOOK, "message": _("what you wrote"), "areas": _("areas"), "needed_by": _("needed by"), "status": _STATUS,
            "placed_at": _ON, "closed_at": _ENDED, "close_reason": _REASON,
        },
        ("copy", "library_loan", "wave", "deadline_at", "looked_at", "paused_at", "turn_at", "forgotten_at"),
        {"message": "", "areas": []},
    ),
    Rows(
        "sharing.LoanTitle", ("library_loan__patron__reader",), "exchanges", {"title__title": _BOOK}, ("library_loan", "title"),
        forget=Forget("history", "library_loan__closed_at"),
    ),
    Rows(
        "sharing.Ask", ("holder",), "exchanges",
        {
            **_OF_HOLDING, "asked_at": _ON, "answered_at": _("answered on"), "status": _STATUS, "decline_reason": _REASON,
            "consent": _("by a consent given beforehand"),
        },
        ("request", "wave", "remind_at", "reminders", "respond_by", "withdrawn_because"), {},
    ),
    Rows(
        "sharing.PassOnCode", ("holder",), "exchanges", {**_OF_HOLDING, "expires_at": _UNTIL},
        ("copy", "library_loan", "serial", "lending"),
    ),
    Rows(
        "sharing.Lending", ("giver", "taker"), "exchanges",
        {
            **_OF_HOLDING, "mode": _("lending mode"), "kind": _("kind"), "status": _STATUS, "agreed_at": _ON,
            "handed_over_at": _("handed over on"), "due_at": _("due"), "closed_at": _ENDED,
        },
        ("close_reason", "request", "ask", "transfer", "deadline_at", "return_started_at", "extended_at", "longer_days", "reminders"),
        {"close_reason": ""},
    ),
    Rows(
        "sharing.Handover", ("lending__giver", "lending__taker"), "places",
        {
            "direction": _("there or back"), "method": _("method"), "place": _("place"), "starts_at": _("time"), "status": _STATUS,
            "giver_confirmed_at": _("confirmed by the giver"), "taker_confirmed_at": _("confirmed by the taker"),
        },
        (
            "lending", "place_en", "proposed_by", "proposed_at", "agreed_at", "pin_serial", "pin_expires_at", "qr_serial",
            "qr_expires_at", "code_used", "wrong_tries", "pins_killed_at", "codes_shown", "drop_point",
        ),
        {"place": "–", "place_en": ""}, Forget("handover_places", "lending__closed_at", {"place": "–", "place_en": ""}),
    ),
    Rows(
        "sharing.Deposit", ("handover__lending__giver", "handover__lending__taker"), "places",
        {
            "compartment": _("where it lay"), "deposited_at": _("left there on"), "collect_by": _("to be collected by"),
            "outcome": _("how it ended"), "photo": _("photo"),
        },
        ("handover", "drop_point", "alone", "token", "act_at", "reminders", "ended_at"), {"photo": ""},
        Forget("handover_places", "handover__lending__closed_at", {"photo": ""}),
    ),
    Rows(
        "sharing.Shipment", ("handover__lending__giver", "handover__lending__taker"), "places",
        {
            "carrier": _("carrier"), "tracking_number": _("tracking number"), "sent_at": _("sent on"),
            "outcome": _("how it ended"),
        },
        ("handover", "arrives_by", "act_at", "reminders", "ended_at"), {"carrier": "–", "tracking_number": "–"},
        Forget("handover_places", "handover__lending__closed_at", {"carrier": "–", "tracking_number": "–"}),
    ),
    Rows(
        "sharing.DomainEvent", ("actor",), "exchanges", {"at": _ON, "kind": _("what was done"), "why": _REASON},
        (
            "request", "ask", "lending", "handover", "from_status", "to_status", "data", "audience", "recorded_at", "delivered_at",
        ),
        {"why": ""},
    ),
    Rows(
        "sharing.Message", ("author",), "messages", {"sent_at": _ON, "text": _("what you wrote"), "photo": _("photo")},
        ("conversation", "seq", "phrase", "parts", "token", "hidden_at"), {"text": "", "phrase": "", "parts": {}, "photo": ""},
        Forget("messages", "conversation__closed_at"),
    ),
    Rows(
        "sharing.Flag", ("reporter",), "flags",
        {
            "raised_at": _ON, "kind": _("what is wrong"), "words": _("what you wrote"), "decided_at": _("answered on"),
            "outcome": _("what a librarian decided"),
        },
        (
            "about", "conversation", "seq", "first_seq", "last_seq", "copy", "photo", "is_photo", "excerpt", "decided_by",
            "suspended_until",
        ),
        {"reporter": None, "words": ""}, Forget("catalogue_work", "decided_at"),
    ),
    Rows(
        "sharing.Block", ("blocker",), "blocks",
        {"since": _ON, "side": _("who they were"), "book": _BOOK}, ("blocked", "named", "language"),
        forget=Forget("history", "since", {"book": "", "language": ""}),
    ),
    Rows(
        "sharing.Rating", ("reader",), "ratings", {"rated_at": _ON, "went": _("how it went"), "words": _("in words")}, ("lending",),
        {"words": ""}, Forget("history", "lending__closed_at", {"words": ""}),
    ),
    Rows(
        "sharing.ConditionCheck", ("reader",), "conditions",
        {"checked_at": _ON, "worse": _("what had got worse"), "photo": _("photo")}, ("handover", "token"), {"photo": ""},
        Forget("condition_photos", "handover__lending__closed_at", {"photo": ""}),
    ),
    Rows("sharing.Offer", ("holder",), "beforehand", {**_OF_HOLDING, "offered_at": _ON}),
    Rows(
        "sharing.StandingConsent", ("holder",), "beforehand",
        {
            **_OF_HOLDING, "same_area": _("only my area"), "days_before_due": _("days before the due date"),
            "per_week": _("at most in a week"), "given_at": _ON,
        },
    ),
    Rows(
        "sharing.Kept", ("holder", "reader"), "beforehand", {**_OF_HOLDING, "since": _ON, "last_date": _UNTIL},
        ("copy", "library_loan", "group", "serial"),
    ),
    Rows(
        "sharing.Collector", ("lending__taker",), "exchanges",
        {"named_at": _("somebody else named to collect it on"), "revoked_at": _("taken back on"), "used_at": _("collected on")},
        ("lending", "serial", "wrong_tries"), {},
    ),
    Rows("sharing.Absence", ("reader",), "beforehand", {"first_date": _("first day away"), "last_date": _("last day away")}),
    Rows("sharing.FreeTimes", ("reader",), "beforehand", {"parts": _("when you usually have time")}),
    Rows("sharing.Rest", ("holder",), "beforehand", {**_OF_HOLDING, "last_date": _UNTIL}),
    Rows(
        "sharing.OutsideLoan", ("reader",), "beforehand",
        {"title": _BOOK, "person": _("with whom"), "due_date": _("due"), "noted_at": _ON, "closed_at": _ENDED}, ("copy", "remind_at"),
        forget=Forget("outside", "closed_at"),
    ),
    Rows("sharing.CopyJourney", ("owner",), "journeys", {"copy__title__title": _BOOK, "opened_at": _ON}, ("copy",)),
    Rows(
        "sharing.JourneyStop", ("reader",), "journeys",
        {"journey__copy__title__title": _BOOK, "area": _("area"), "note": _NOTE, "agreed_at": _ON}, ("journey", "name"),
    ),
    Rows(
        "sharing.Notification", ("reader",), "news", {"created_at": _ON, "event__kind": _("what happened"), "read_at": _("read on")},
        ("event",), {}, Forget("news", "created_at"),
    ),
    Rows(
        "sharing.Delivery", ("reader",), "news",
        {
            "created_at": _ON, "channel": _("channel"), "purpose": _("kind of mail"), "address": _("mail address"), "status": _STATUS,
            "finished_at": _("sent on"),
        },
        ("notification", "device", "digest", "priority", "reason", "tries", "message_id", "next_try_at"),
        forget=Forget("news", "finished_at"),
    ),
    Rows("sharing.PushDevice", ("reader",), "devices", {"created_at": _ON}, ("endpoint", "key", "secret", "mark")),
    Rows("sharing.ChannelChoice", ("reader",), "devices", {"channel": _("channel"), "subject": _("about"), "wanted": _("wanted")}),
    Rows("sharing.MailChoice", ("reader",), "news", {"subject": _("about"), "when": _("by mail")}),
    Rows(
        "sharing.ShownShelf", ("reader",), "shelf", {"name": _("name of the shelf"), "opened_at": _ON}, ("code", "told_at")
    ),
    Rows("sharing.ShelfFollow", ("follower",), "shelf", {"shelf__name": _("name of the shelf"), "since": _ON}, ("shelf",)),
    Rows(
        "sharing.TitleNote", ("reader",), "notes",
        {"title__title": _BOOK, "text": _("what you wrote"), "status": _STATUS, "written_at": _ON}, ("title", "name", "seen_at"),
    ),
    Rows(
        "sharing.NoteFlag", ("reader",), "notes", {"note__title__title": _BOOK, "kind": _("what is wrong"), "raised_at": _ON},
        ("note", "excerpt", "decided_at"), {"reader": None}, Forget("catalogue_work", "decided_at"),
    ),
    Rows(
        "sharing.SavedSearch", ("reader",), "wishes",
        {"text": _("words"), "created_at": _ON, "ends_at": _UNTIL, "ended_at": _ENDED}, ("looked_at",),
        forget=Forget("wishes", "ended_at"),
    ),
    Rows(
        "sharing.SavedSearchHit", ("search__reader",), "wishes",
        {"search__text": _("words"), "title__title": _BOOK, "told_at": _ON}, ("search", "title"),
    ),
    Rows(
        "sharing.PurchaseSuggestion", ("reader",), "wishes",
        {
            "title": _BOOK, "creators": _("by"), "isbn13": _("ISBN"), "note": _NOTE, "status": _STATUS,
            "is_first": _("moved up"),
            "answer": _("the library’s answer"), "created_at": _ON, "answer_by": _UNTIL, "decided_at": _("answered on"),
        },
        ("remind_at", "late_at"),
        forget=Forget("wishes", "decided_at"),
    ),
    Rows(
        "sharing.Erasure", ("reader",), "own_data", {"asked_at": _ON, "act_at": _("not before"), "erased_at": _("erased on")},
        erased={},
    ),
    Rows("sharing.CalendarFeed", ("reader",), "calendar", {"created_at": _ON}, ("seed", "digest")),
    Rows(
        "sharing.DataExport", ("reader",), "own_data", {"asked_at": _ON, "made_at": _("made on"), "expires_at": _UNTIL},
        ("token", "tries", "file"),
    ),
    Rows(
        "sharing.ApiToken", ("reader",), "other_programs", {"created_at": _ON, "expires_at": _UNTIL}, ("digest",),
    ),
    Rows(
        "sharing.IdempotencyKey", ("reader",), "other_programs", {"created_at": _ON, "command": _("command")},
        ("key", "digest", "status", "answer"),
    ),
    Rows(
        "sharing.ReaderLimit", ("reader",), "other_programs", {"open_requests": _("open requests at most"), "set_at": _ON}
    ),
)  # fmt: skip

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

forget = histories.forget_histories
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
