"""What is looked out for, and what the library is to buy."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.notices.view import Sentences, View, always


def _matched(view: View) -> str:
    others = int(view.event.data.get("count", 1)) - 1
    if not others:
        return _("%(title)s has appeared. You wanted to be told of “%(asked)s”.")
    words = ngettext(
        "%%(title)s and %(count)d other book have appeared. You wanted to be told of “%%(asked)s”.",
        "%%(title)s and %(count)d other books have appeared. You wanted to be told of “%%(asked)s”.",
        others,
    )
    return words % {"count": others}


def _ordered(view: View) -> str:
    if view.why:
        return _("The library orders %(title)s, which you suggested: “%(why)s”")
    return _("The library orders %(title)s, which you suggested.")


def _wait_for_librarians(view: View) -> str:
    count = int(view.event.data["count"])
    words = ngettext(
        "%(count)d purchase suggestion waits for the library’s answer, until %%(answer_by)s.",
        "%(count)d purchase suggestions wait for the library’s answer, the first until %%(answer_by)s.",
        count,
    )
    return words % {"count": count}


SENTENCES: Sentences = {
    "search.matched": ("bell", _matched),
    "search.ended": (
        "clock",
        always(lambda: _("For a year we looked out for “%(asked)s”. That has ended; you can start it again.")),
    ),
    "purchase.ordered": ("check", _ordered),
    "purchase.declined": (
        "info",
        always(lambda: _("The library does not buy %(title)s, which you suggested: “%(why)s”")),
    ),
    "purchase.late": (
        "clock",
        always(
            lambda: _(
                "The library has not decided about %(title)s yet. It has been reminded, and answers by %(answer_by)s."
            )
        ),
    ),
    "purchase.lapsed": (
        "close",
        always(
            lambda: _("The library has not decided about %(title)s, which you suggested. You can suggest it again.")
        ),
    ),
    "purchase.reminded": ("clock", _wait_for_librarians),
}
