"""The account's own: exports, erasure, keys of other programs."""

from django.utils.translation import gettext_lazy as _

from library_bridge.keeping import Rows, Topic
from sharing.personal_data.columns import ON, UNTIL

TOPICS = (
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

ROWS = (
    Rows(
        "sharing.Erasure", ("reader",), "own_data", {"asked_at": ON, "act_at": _("not before"), "erased_at": _("erased on")},
        erased={},
    ),
    Rows(
        "sharing.DataExport", ("reader",), "own_data", {"asked_at": ON, "made_at": _("made on"), "expires_at": UNTIL},
        ("token", "tries", "file"),
    ),
    Rows(
        "sharing.ApiToken", ("reader",), "other_programs", {"created_at": ON, "expires_at": UNTIL}, ("digest",),
    ),
    Rows(
        "sharing.IdempotencyKey", ("reader",), "other_programs", {"created_at": ON, "command": _("command")},
        ("key", "digest", "status", "answer"),
    ),
    Rows(
        "sharing.ReaderLimit", ("reader",), "other_programs", {"open_requests": _("open requests at most"), "set_at": ON}
    ),
)  # fmt: skip
