"""Notes, searches and suggestions."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.keeping import Forget, Rows, Topic
from sharing.personal_data.columns import BOOK, ENDED, NOTE, ON, STATUS, UNTIL

TOPICS = (
    Topic(
        "notes",
        _("What you write about a title, under a name drawn for it; notes that you report."),
        _("For the readers after you, and so that nothing stands there that does not belong there."),
        _(
            "Your words until you delete them; that there was a note, %(days)s days longer. What was reported, %(days)s days after a "
            "librarian has looked."
        ),
        "catalogue_work",
    ),
    Topic(
        "wishes",
        _("Searches that you save, and purchases that you suggest. Other searches are not kept."),
        _("To tell you when something appears."),
        _("%(days)s days after a search has ended or the library has answered."),
        "wishes",
    ),
)

ROWS = (
    Rows(
        "sharing.TitleNote", ("reader",), "notes",
        {
            "title__title": BOOK, "text": _("what you wrote"), "status": STATUS, "written_at": ON,
            "withdrawn_at": pgettext_lazy("column", "withdrawn on"),
        },
        ("title", "name", "seen_at"),
        forget=Forget("catalogue_work", "withdrawn_at"),
    ),
    Rows(
        "sharing.NoteFlag", ("reader",), "notes", {"note__title__title": BOOK, "kind": _("what is wrong"), "raised_at": ON},
        ("note", "excerpt", "decided_at"), {"reader": None}, Forget("catalogue_work", "decided_at"),
    ),
    Rows(
        "sharing.SavedSearch", ("reader",), "wishes",
        {"text": _("words"), "created_at": ON, "ends_at": UNTIL, "ended_at": ENDED}, ("looked_at",),
        forget=Forget("wishes", "ended_at"),
    ),
    Rows(
        "sharing.SavedSearchHit", ("search__reader",), "wishes",
        {"search__text": _("words"), "title__title": BOOK, "told_at": ON}, ("search", "title"),
    ),
    Rows(
        "sharing.PurchaseSuggestion", ("reader",), "wishes",
        {
            "title": BOOK, "creators": _("by"), "isbn13": _("ISBN"), "note": NOTE, "status": STATUS,
            "is_first": _("moved up"),
            "answer": _("the library’s answer"), "created_at": ON, "answer_by": UNTIL, "decided_at": _("answered on"),
        },
        ("remind_at", "late_at"),
        forget=Forget("wishes", "decided_at"),
    ),
)  # fmt: skip
