"""The books on a reader's own shelf, and on those that they follow."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.notices.view import Sentences, View, always


def _outside(view: View) -> str:
    if view.event.data["lent"]:
        return _("%(title)s, which you lent outside the service, is due back.")
    return _("%(title)s, which you borrowed outside the service, is due back.")


def _grew(view: View) -> str:
    others = int(view.event.data["count"]) - 1
    if not others:
        return _("%(title)s is new on a shelf that you follow.")
    words = ngettext(
        "%%(title)s and %(count)d other book are new on a shelf that you follow.",
        "%%(title)s and %(count)d other books are new on a shelf that you follow.",
        others,
    )
    return words % {"count": others}


SENTENCES: Sentences = {
    "outside.due": ("calendar", _outside),
    "copy.found": ("place", always(lambda: _("Somebody found your %(title)s. It lies here: “%(why)s”"))),
    "title.rejected": (
        "info",
        always(lambda: _("%(title)s is not taken into the catalogue: “%(why)s” Your copy stays on your shelf.")),
    ),
    "shelf.grew": ("shelf", _grew),
    "holding.kept": (
        "book",
        always(lambda: _("A reader keeps %(title)s for you until %(until)s. If you would like it, ask for it.")),
    ),
}
