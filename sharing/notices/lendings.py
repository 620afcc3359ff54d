"""A lending from the agreement to its end."""

from django.utils.translation import gettext as _

from sharing.models import Lending
from sharing.notices.view import Sentences, View, always


def _cancelled(view: View) -> str:
    if view.why:
        return _("%(name)s cancelled the lending of %(title)s: “%(why)s”")
    return _("%(name)s cancelled the lending of %(title)s.")


def _no_show(view: View) -> str:
    if view.event.data.get("by") == "taker" and view.is_holder:
        return _("%(name)s has not collected %(title)s, so the lending has ended. Please take the book back.")
    if view.event.data.get("by") == "taker":
        return _("You have not collected %(title)s in time, so it goes back to %(name)s, and the lending has ended.")
    if view.is_holder:
        return _("%(title)s was not handed over in time, so the lending with %(name)s has ended.")
    return _(
        "%(title)s was not handed over in time, so the lending has ended. We go on asking while your request lasts."
    )


def _completed(view: View) -> str:
    lending = view.lending
    mode = lending.mode if lending else ""
    giver = {
        "transfer": _("The library has moved %(title)s to %(name)s’s card. You no longer answer for it."),
        "gift": _("%(title)s belongs to %(name)s now."),
        "drift": _("%(title)s travels on with %(name)s."),
    }
    taker = {
        "transfer": _("The library has moved %(title)s to your card; it is due on %(due)s.")
        if lending and lending.due_at
        else _("The library has moved %(title)s to your card. Its desk can tell you until when."),
        "gift": _("%(title)s is yours now."),
        "drift": _("%(title)s is with you. Pass it on when you have read it."),
    }
    if view.is_holder:
        return giver.get(mode, _("%(title)s is back with you."))
    return taker.get(mode, _("You have given %(title)s back to %(name)s."))


def _overdue(view: View) -> str:
    if view.is_holder:
        return _("%(title)s was due on %(due)s. %(name)s has been reminded.")
    return _("%(title)s was due on %(due)s. Not finished? Write to %(name)s; they may give you longer.")


def _librarian(view: View) -> str:
    if view.event.from_status == Lending.Status.RETURNING:
        return _(
            "%(title)s has not been given back for weeks, so a librarian looks, too. The two of you may still meet."
        )
    if "due_at" not in view.event.data:
        return _("The library has not moved the loan of %(title)s. A librarian has to look; nothing is lost meanwhile.")
    if view.is_holder:
        return _("The library has not moved the loan of %(title)s. It is on your card as before, but due %(due)s now.")
    return _("The library has not moved the loan of %(title)s. It is on %(name)s’s card as before, due %(due)s now.")


def _return_waits(view: View) -> str:
    if view.is_holder:
        return _("%(name)s waits to give %(title)s back to you. Please arrange to meet.")
    return _("%(title)s still waits to go back to %(name)s. Please arrange to meet.")


def _waiting(view: View) -> str:
    if view.event.data.get("status") == Lending.Status.TRANSFERRING:
        return _("%(title)s: the library system has not moved the loan yet. We keep trying.")
    return _("%(title)s still waits for a librarian.")


def _disputed(view: View) -> str:
    if view.event.actor_id is None:
        return _("Nobody has said that %(title)s arrived. A librarian will settle it.")
    return _("%(name)s reported a problem with %(title)s. A librarian will settle it.")


def _settled(view: View) -> str:
    return _("A librarian has settled the matter of %(title)s: “%(why)s”")


SENTENCES: Sentences = {
    "lending.cancelled": ("close", _cancelled),
    "lending.no_show": ("clock", _no_show),
    "lending.handed_over": ("lend", always(lambda: _("You and %(name)s have confirmed the handover of %(title)s."))),
    "lending.completed": ("check", _completed),
    "lending.needs_librarian": ("warn", _librarian),
    "lending.still_waiting": ("clock", _waiting),
    "lending.due_soon": ("calendar", always(lambda: _("%(title)s is due on %(due)s."))),
    "lending.overdue": ("warn", _overdue),
    "lending.extended": ("calendar", always(lambda: _("%(name)s keeps %(title)s until %(due)s."))),
    "lending.returning": ("lend", always(lambda: _("%(name)s would like to give %(title)s back."))),
    "lending.return_waits": ("clock", _return_waits),
    "lending.disputed": ("warn", _disputed),
    "lending.settled": ("check", _settled),
    "lending.rated": (
        "check",
        always(lambda: _("Both of you have said how the exchange of %(title)s went. You can read it now.")),
    ),
}
