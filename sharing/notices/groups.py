"""Groups of readers."""

from django.utils.translation import gettext as _

from sharing.notices.view import Sentences, always

SENTENCES: Sentences = {
    "group.put_in": (
        "person",
        always(lambda: _("The library has put you into the group “%(group)s”. You can leave it at any time.")),
    ),
    "group.handed_on": ("person", always(lambda: _("You run the group “%(group)s” from now on."))),
    "group.removed": ("person", always(lambda: _("You are no longer in the group “%(group)s”."))),
    "group.closed": ("person", always(lambda: _("The group “%(group)s” has been closed."))),
}
