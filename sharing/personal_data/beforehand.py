"""What a reader decides and shows beforehand: consents, journeys, a shelf."""

from django.utils.translation import gettext_lazy as _

from library_bridge.keeping import Forget, Rows, Topic
from sharing.personal_data.columns import BOOK, ENDED, NOTE, OF_HOLDING, ON, UNTIL

TOPICS = (
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
        "shelf",
        _("If you show your shelf to others: its name. Which shelves you follow."),
        _("So that others find what you show to everyone anyway, and you are told of new books."),
        _("Until you stop showing it, or follow no more."),
    ),
)

ROWS = (
    Rows("sharing.Offer", ("holder",), "beforehand", {**OF_HOLDING, "offered_at": ON}),
    Rows(
        "sharing.StandingConsent", ("holder",), "beforehand",
        {
            **OF_HOLDING, "same_area": _("only my area"), "days_before_due": _("days before the due date"),
            "per_week": _("at most in a week"), "given_at": ON,
        },
    ),
    Rows(
        "sharing.Kept", ("holder", "reader"), "beforehand", {**OF_HOLDING, "since": ON, "last_date": UNTIL},
        ("copy", "library_loan", "group", "serial"),
    ),
    Rows("sharing.Absence", ("reader",), "beforehand", {"first_date": _("first day away"), "last_date": _("last day away")}),
    Rows("sharing.FreeTimes", ("reader",), "beforehand", {"parts": _("when you usually have time")}),
    Rows("sharing.Rest", ("holder",), "beforehand", {**OF_HOLDING, "last_date": UNTIL}),
    Rows(
        "sharing.OutsideLoan", ("reader",), "beforehand",
        {"title": BOOK, "person": _("with whom"), "due_date": _("due"), "noted_at": ON, "closed_at": ENDED}, ("copy", "remind_at"),
        forget=Forget("outside", "closed_at"),
    ),
    Rows("sharing.CopyJourney", ("owner",), "journeys", {"copy__title__title": BOOK, "opened_at": ON}, ("copy",)),
    Rows(
        "sharing.JourneyStop", ("reader",), "journeys",
        {"journey__copy__title__title": BOOK, "area": _("area"), "note": NOTE, "agreed_at": ON}, ("journey", "name"),
    ),
    Rows(
        "sharing.ShownShelf", ("reader",), "shelf", {"name": _("name of the shelf"), "opened_at": ON}, ("code", "told_at")
    ),
    Rows("sharing.ShelfFollow", ("follower",), "shelf", {"shelf__name": _("name of the shelf"), "since": ON}, ("shelf",)),
)  # fmt: skip
