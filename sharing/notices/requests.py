"""A request, its asks, and what the two of an ask write to each other."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.models import Ask
from sharing.notices.view import Sentences, View, always


def _unfilled(view: View) -> str:
    asked = int(view.event.data.get("asked", 0))
    if not asked:
        return _("%(title)s: nobody had it free in time. You can ask for it again.")
    words = ngettext(
        "%%(title)s: %(count)d holder was asked and could not lend it this time.",
        "%%(title)s: %(count)d holders were asked and none could lend it this time.",
        asked,
    )
    return words % {"count": asked}


def _asked(view: View) -> str:
    if not view.waits:
        return _("A reader asked for %(title)s.")
    if view.is_loan:
        return _("A reader would like %(title)s after you. Please answer by %(respond_by)s.")
    return _("A reader asks for your copy of %(title)s. Please answer by %(respond_by)s.")


def _reminded(view: View) -> str:
    if not view.waits:
        return _("A reader waited for your answer about %(title)s.")
    return _("A reader still waits for your answer about %(title)s, until %(respond_by)s.")


def _accepted(view: View) -> str:
    if not view.is_holder:
        return _("%(name)s agreed to let you have %(title)s. Now arrange the handover.")
    if view.why == Ask.Consent.OFFER:
        return _("You had offered %(title)s: %(name)s would like it. Arrange the handover, or step back on its page.")
    return _("As you agreed beforehand, %(title)s goes to %(name)s. Arrange the handover, or step back on its page.")


SENTENCES: Sentences = {
    "request.unfilled": ("clock", _unfilled),
    "request.reopened": (
        "clock",
        always(lambda: _("The agreed handover of %(title)s fell through. We go on asking other holders.")),
    ),
    "request.widened": (
        "book",
        always(lambda: _("Your request for %(title)s now goes to every reader who has it, not only to one of them.")),
    ),
    "request.merged": (
        "info",
        always(lambda: _("You had asked for %(title)s twice, under two records. The other request goes on.")),
    ),
    "ask.sent": ("book", _asked),
    "ask.reminded": ("clock", _reminded),
    "ask.accepted": ("check", _accepted),
    "ask.withdrawn": ("check", always(lambda: _("%(title)s: your answer is no longer needed."))),
    "message.sent": ("chat", always(lambda: _("%(name)s wrote to you about %(title)s."))),
}
