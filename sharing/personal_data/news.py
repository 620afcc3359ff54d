"""What a reader is told, and where."""

from django.utils.translation import gettext_lazy as _

from library_bridge.keeping import Forget, Rows, Topic
from sharing.personal_data.columns import ON, STATUS

TOPICS = (
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
        "devices",
        _("Devices that you have told by push, and what you want to be told there or by the campus’s messenger."),
        _("So that an answer does not wait until you look in. What is sent can be read on the device only."),
        _("Until you take the device off, or sign out there."),
    ),
    Topic(
        "calendar",
        _(
            "A mark of the private address under which your own calendar reads your meetings and due dates, if you have one."
        ),
        _("Whoever has the address reads the books, days and places of the campus, and nobody’s name."),
        _("Until you take the address back."),
    ),
)

ROWS = (
    Rows(
        "sharing.Notification", ("reader",), "news", {"created_at": ON, "event__kind": _("what happened"), "read_at": _("read on")},
        ("event",), {}, Forget("news", "created_at"),
    ),
    Rows(
        "sharing.Delivery", ("reader",), "news",
        {
            "created_at": ON, "channel": _("channel"), "purpose": _("kind of mail"), "address": _("mail address"), "status": STATUS,
            "finished_at": _("sent on"),
        },
        ("notification", "device", "digest", "priority", "reason", "tries", "message_id", "next_try_at"),
        forget=Forget("news", "finished_at"),
    ),
    Rows("sharing.PushDevice", ("reader",), "devices", {"created_at": ON}, ("endpoint", "key", "secret", "mark")),
    Rows("sharing.ChannelChoice", ("reader",), "devices", {"channel": _("channel"), "subject": _("about"), "wanted": _("wanted")}),
    Rows("sharing.MailChoice", ("reader",), "news", {"subject": _("about"), "when": _("by mail")}),
    Rows("sharing.CalendarFeed", ("reader",), "calendar", {"created_at": ON}, ("seed", "digest")),
)  # fmt: skip
