"""What a holder is asked, by kind of holding: a library loan passes on after its holder, an own copy is borrowed or given."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from personal_catalog.models import Copy
from sharing import typography
from sharing.models import Ask
from sharing.phrases import fill


def html(ask: Ask) -> SafeString:
    """In one line, with the language of the title marked. `ask` comes through `for_page()`."""
    return mark_safe(fill(escape(_words(ask)), {"title": typography.book_title(ask.request.title)}))


def text(ask: Ask) -> str:
    return fill(_words(ask), {"title": typography.quoted(ask.request.title.title)})


def _words(ask: Ask) -> str:
    if ask.copy is None:
        return _("A reader would like %(title)s after you")
    if ask.copy.mode == Copy.Mode.GIFT:
        return _("A reader would like to have %(title)s")
    return _("A reader would like to borrow %(title)s")
