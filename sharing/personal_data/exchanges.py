"""What two readers do with one another, from the request to how it went."""

from django.utils.translation import gettext_lazy as _

from library_bridge.keeping import Forget, Rows, Topic
from sharing.personal_data.columns import BOOK, ENDED, OF_HOLDING, ON, REASON, STATUS, UNTIL

TOPICS = (
    Topic(
        "exchanges",
        _("Your requests, answers and lendings with their dates, and what was done in each."),
        _("So that every request gets an answer, and a dispute can be settled."),
        _(
            "%(days)s days after the end it is forgotten whose they were, unless you choose to keep your own; that they were stays "
            "for the figures. What you did outside a request, such as joining a group: %(days)s days after it, or as long as what "
            "it is about. What still goes on stays for the other side if you erase your account, without name and words."
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
)

ROWS = (
    Rows(
        "sharing.Request", ("requester",), "exchanges",
        {
            "title__title": BOOK, "message": _("what you wrote"), "areas": _("areas"), "needed_by": _("needed by"), "status": STATUS,
            "placed_at": ON, "closed_at": ENDED, "close_reason": REASON,
        },
        ("copy", "library_loan", "wave", "deadline_at", "looked_at", "paused_at", "turn_at", "forgotten_at"),
        {"message": "", "areas": []},
    ),
    Rows(
        "sharing.LoanTitle", ("library_loan__patron__reader",), "exchanges", {"title__title": BOOK}, ("library_loan", "title"),
        forget=Forget("history", "library_loan__closed_at"),
    ),
    Rows(
        "sharing.Ask", ("holder",), "exchanges",
        {
            **OF_HOLDING, "asked_at": ON, "answered_at": _("answered on"), "status": STATUS, "decline_reason": REASON,
            "consent": _("by a consent given beforehand"),
        },
        ("request", "wave", "remind_at", "reminders", "respond_by", "withdrawn_because"), {},
    ),
    Rows(
        "sharing.PassOnCode", ("holder",), "exchanges", {**OF_HOLDING, "expires_at": UNTIL},
        ("copy", "library_loan", "serial", "lending"),
    ),
    Rows(
        "sharing.Lending", ("giver", "taker"), "exchanges",
        {
            **OF_HOLDING, "mode": _("lending mode"), "kind": _("kind"), "status": STATUS, "agreed_at": ON,
            "handed_over_at": _("handed over on"), "due_at": _("due"), "closed_at": ENDED,
        },
        ("close_reason", "request", "ask", "transfer", "deadline_at", "return_started_at", "extended_at", "longer_days", "reminders"),
        {"close_reason": ""},
    ),
    Rows(
        "sharing.Handover", ("lending__giver", "lending__taker"), "places",
        {
            "direction": _("there or back"), "method": _("method"), "place": _("place"), "starts_at": _("time"), "status": STATUS,
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
        "sharing.DomainEvent", ("actor",), "exchanges", {"at": ON, "kind": _("what was done"), "why": REASON},
        (
            "request", "ask", "lending", "handover", "from_status", "to_status", "data", "audience", "recorded_at", "delivered_at",
            "forgotten_at",
        ),
        {"why": ""},
    ),
    Rows(
        "sharing.Rating", ("reader",), "ratings", {"rated_at": ON, "went": _("how it went"), "words": _("in words")}, ("lending",),
        {"words": ""}, Forget("history", "lending__closed_at", {"words": ""}),
    ),
    Rows(
        "sharing.ConditionCheck", ("reader",), "conditions",
        {"checked_at": ON, "worse": _("what had got worse"), "photo": _("photo")}, ("handover", "token"), {"photo": ""},
        Forget("condition_photos", "handover__lending__closed_at", {"photo": ""}),
    ),
    Rows(
        "sharing.Collector", ("lending__taker",), "exchanges",
        {"named_at": _("somebody else named to collect it on"), "revoked_at": _("taken back on"), "used_at": _("collected on")},
        ("lending", "serial", "wrong_tries"), {},
    ),
)  # fmt: skip
