"""What librarians say to what readers write, report and object to."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.notices.view import Sentences, View, always


def _hidden(view: View) -> str:
    if view.event.actor_id is None:
        return _("Your note on %(title)s was reported, and is hidden until a librarian has looked at it.")
    return _("A librarian has hidden your note on %(title)s: “%(why)s”")


def _decided(view: View) -> str:
    if view.event.data.get("outcome") == "no_fault":
        return _("A librarian has looked at what you reported about %(title)s, and found nothing against the rules.")
    return _("A librarian has looked at what you reported about %(title)s, and has acted on it. Thank you.")


def _wait_for_moderators(view: View) -> str:
    count = int(view.event.data["count"])
    words = ngettext(
        "%(count)d report by a reader waits for your decision.",
        "%(count)d reports by readers wait for your decision.",
        count,
    )
    return words % {"count": count}


SENTENCES: Sentences = {
    "standing.answered": ("info", always(lambda: _("A librarian has looked at your standing: “%(why)s”"))),
    "note.hidden": ("flag", _hidden),
    "note.shown": ("check", always(lambda: _("Your note on %(title)s is shown again."))),
    "flag.decided": ("flag", _decided),
    "flag.reminded": ("flag", _wait_for_moderators),
    "moderation.hidden": (
        "flag",
        always(lambda: _("A librarian has hidden what you wrote or showed about %(title)s: “%(why)s”")),
    ),
    "moderation.warned": (
        "warn",
        always(lambda: _("A librarian warns you because of what you wrote or showed about %(title)s: “%(why)s”")),
    ),
    "moderation.suspended": (
        "warn",
        always(lambda: _("Until %(until)s you can’t write in conversations, because of %(title)s: “%(why)s”")),
    ),
}
