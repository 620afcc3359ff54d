"""What readers write to each other, report, and shut out."""

from django.utils.translation import gettext_lazy as _

from library_bridge.keeping import Forget, Rows, Topic
from sharing.personal_data.columns import BOOK, ON

TOPICS = (
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
)

ROWS = (
    Rows(
        "sharing.Message", ("author",), "messages", {"sent_at": ON, "text": _("what you wrote"), "photo": _("photo")},
        ("conversation", "seq", "phrase", "parts", "token", "hidden_at"), {"text": "", "phrase": "", "parts": {}, "photo": ""},
        Forget("messages", "conversation__closed_at"),
    ),
    Rows(
        "sharing.Flag", ("reporter",), "flags",
        {
            "raised_at": ON, "kind": _("what is wrong"), "words": _("what you wrote"), "decided_at": _("answered on"),
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
        {"since": ON, "side": _("who they were"), "book": BOOK}, ("blocked", "named", "language"),
        forget=Forget("history", "since", {"book": "", "language": ""}),
    ),
)  # fmt: skip
