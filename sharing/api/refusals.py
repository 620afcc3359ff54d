"""The catalogue's refusals as problems: its codes are stable, the words for readers stand here."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personal_catalog import errors
from personal_catalog.forms import ISBN_REFUSALS, TOO_MANY_TAGS
from personal_catalog.isbn import NotAnIsbn
from personal_catalog.pictures import PictureRefused
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.views.photos import REFUSALS as PHOTO_REFUSALS
from sharing.api.problems import Problem, problem_of
from sharing.errors import NotFound

IMPORT = {
    "too_large": gettext_lazy("This file is too large. Nothing was imported."),
    "too_many_rows": gettext_lazy("This file has too many rows. Please send it in parts; nothing was imported."),
    "unreadable": gettext_lazy("This file could not be read. Nothing was imported."),
    "no_rows": gettext_lazy("There is no book in this file."),
    "unknown_format": gettext_lazy("This kind of file cannot be read. Nothing was imported."),
    "imports_running": gettext_lazy("Your earlier files are still being worked on. Nothing was imported."),
}
IMPORT_STATUS = {"too_large": 413, "imports_running": 429}


class UnknownBook(NotFound):
    """404 for a number that nobody knows; `pending`: some source could not be asked."""

    def __init__(self, *, pending: bool) -> None:
        super().__init__()
        self.message = _("No source knows this ISBN. The book can be added by typing its title.")
        self.pending = pending


@problem_of.register
def _unknown_book(error: UnknownBook) -> Problem:
    return Problem(error.status, error.code, error.message, more={"pending": error.pending})


@problem_of.register
def _not_an_isbn(error: NotAnIsbn) -> Problem:
    text = str(ISBN_REFUSALS[error.reason])
    return Problem(422, "not_an_isbn", text, {"isbn": [text]}, more={"suggestions": list(error.suggestions)})


@problem_of.register
def _unknown_isbn(error: errors.UnknownIsbn) -> Problem:
    text = _("No source knows this ISBN. Please send the title along as well.")
    return Problem(422, error.code, text, {"isbn": [text]}, more={"pending": error.pending})


@problem_of.register
def _import_refused(error: errors.ImportRefused) -> Problem:
    text = str(IMPORT[error.code])
    where = "format" if error.code == "unknown_format" else "file"
    return Problem(IMPORT_STATUS.get(error.code, 422), error.code, text, {where: [text]})


@problem_of.register
def _picture_refused(error: PictureRefused) -> Problem:
    text = str(PHOTO_REFUSALS[error.code])
    return Problem(422, "picture_refused", text, {"file": [text]})


@problem_of.register
def _photo_refused(error: errors.PhotoRefused) -> Problem:
    return Problem(503 if error.code == "no_space" else 409, error.code, str(PHOTO_REFUSALS[error.code]))


@problem_of.register
def _tag_refused(error: errors.TagRefused) -> Problem:
    return Problem(422, error.code, str(TOO_MANY_TAGS), {"tags": [str(TOO_MANY_TAGS)]})


@problem_of.register
def _too_broad(error: SearchTimedOut) -> Problem:
    text = _("This search would take too long. Please add another word.")
    return Problem(422, "too_broad", text, {"q": [text]})


@problem_of.register
def _copy_away(error: errors.CopyAway) -> Problem:
    return Problem(409, error.code, _("This copy is with another reader. It can be changed so once it is back."))


@problem_of.register
def _copy_withdrawn(error: errors.CopyWithdrawn) -> Problem:
    return Problem(409, error.code, _("This copy has been withdrawn; it cannot be changed any more."))


@problem_of.register
def _no_title(error: errors.NoTitle) -> Problem:
    text = _("A book needs at least a title.")
    return Problem(422, "invalid", text, {"title": [text]})
