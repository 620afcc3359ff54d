"""The book on its way from hand to hand: meeting, drop point, courier, and who comes for it."""

from django.utils.translation import gettext as _

from sharing.notices.view import Sentences, View, always


def _arriving(view: View) -> str:
    if view.is_loan:
        return _(
            "Has %(title)s arrived? Please say so. Without your word by %(by)s a librarian asks what has become of it."
        )
    return _(
        "Has %(title)s arrived? Please say so, or report that it has not. Without your word we take it on %(by)s to have."
    )


SENTENCES: Sentences = {
    "handover.proposed": ("calendar", always(lambda: _("%(name)s proposes a handover of %(title)s: %(meeting)s."))),
    "handover.agreed": ("calendar", always(lambda: _("The handover of %(title)s is agreed: %(meeting)s."))),
    "handover.deposited": (
        "place",
        always(lambda: _("%(name)s has left %(title)s for you: %(lies)s. Collect it by %(by)s.")),
    ),
    "handover.waits": ("place", always(lambda: _("%(title)s still lies there for you: %(lies)s."))),
    "handover.left": (
        "place",
        always(lambda: _("Nobody has collected %(title)s. Please take it back: %(lies)s.")),
    ),
    "handover.not_there": (
        "warn",
        always(lambda: _("%(name)s says that %(title)s is not at the drop point any more. A librarian looks into it.")),
    ),
    "handover.looked_into": (
        "check",
        always(lambda: _("A librarian has looked into what became of %(title)s: “%(why)s”")),
    ),
    "handover.sent": ("lend", always(lambda: _("%(name)s has sent %(title)s by courier: %(parcel)s."))),
    "handover.arriving": ("clock", _arriving),
    "handover.corrected": (
        "lend",
        always(lambda: _("%(name)s has corrected how %(title)s was sent: %(parcel)s.")),
    ),
    "condition.worse": (
        "warn",
        always(lambda: _("%(name)s noted at the handover of %(title)s: worse than before (%(worse)s).")),
    ),
    "collector.named": (
        "person",
        always(
            lambda: _("Somebody else comes for %(title)s in %(name)s’s place, with a code that you type on its page.")
        ),
    ),
    "collector.revoked": ("person", always(lambda: _("%(name)s comes for %(title)s after all; nobody else does."))),
    "collector.withdrawn": (
        "person",
        always(lambda: _("%(title)s goes by courier now: nobody else collects it, and the link has ended.")),
    ),
}
