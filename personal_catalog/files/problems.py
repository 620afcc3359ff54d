"""What can be wrong with a row, for the file's own reason or for the catalogue's: what it is, and how it is mended."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from library_bridge.marc.problems import told

LONGEST_CELL = 60
MENDED_BY_ISBN = frozenset(
    {"not_isbn", "wrong_check_digit", "wrong_length", "digits_lost", "isbns_differ", "untitled", "which_book"}
)

SENTENCES = {
    "not_isbn": (
        _("“%(cell)s” is not an ISBN, and the row has no title."),
        _("Take the number below the barcode, or add the title."),
    ),
    "wrong_check_digit": (
        _("The last digit of %(cell)s doesn’t fit, so one may be mistyped."),
        _("Compare it with the book."),
    ),
    "wrong_length": (
        _("An ISBN has 13 digits, on older books 10; %(cell)s has more or fewer."),
        _("Compare it with the book, or leave the cell empty."),
    ),
    "digits_lost": (
        _("A spreadsheet has cut off the last digits of the ISBN (%(cell)s)."),
        _("Take the number from the book; format the column as text before you export again."),
    ),
    "isbns_differ": (
        _("The row has the ISBNs of two books: %(cell)s."),
        _("Keep the one that stands on the book."),
    ),
    "untitled": (_("The row has neither an ISBN nor a title."), _("Add one of them.")),
    "which_book": (
        _("There is neither an ISBN nor a creator, and this 豆瓣 number is not in the catalogue, so nobody can tell which book it is."),
        _("Add the ISBN or the creator."),
    ),
    "encoding": (
        _("Some characters of this row are damaged."),
        _("Save the file as “CSV UTF-8” and send it again, or add this book by hand."),
    ),
    "quote": (_("A quotation mark is opened and not closed."), _("Close it, or take it out.")),
    "too_long": (
        _("The row is too long or has too many cells."),
        _("Look whether a line break is missing."),
    ),
    "cut_off": (_("The file ends in the middle."), _("Send it anew; a part of it is missing.")),
    "record": (_("The record can’t be used: %(why)s."), _("Mend it so: %(mend)s.")),
    "deleted": (_("The record says that it is deleted."), _("Leave it out of the export.")),
    # what the catalogue and the shelf say
    "unknown_isbn": (_("No source knows this ISBN."), _("Add the book by hand.")),
    "no_title": (_("Nobody here knows the ISBN %(cell)s, and the row has no title."), _("Add the title.")),
    "not_here": (_("The catalogue has no such book."), _("Add its ISBN.")),
    "repeated": (_("The same book stands in another row."), ""),
    "owned": (_("It already stands on your shelf."), _("It is not listed again.")),
    "left_out": (_("Left out, as you wished."), ""),
    "not_saved": (_("Another record took its ISBN at the same moment."), _("Import it again.")),
    "broken": (_("Something went wrong on our side with this row."), _("Add the book by hand.")),
}  # fmt: skip


def sentence(code: str, details: Mapping[str, str]) -> str:
    """In the active language."""
    said = defaultdict(str, {name: told(text) if name in ("why", "mend") else text for name, text in details.items()})
    between = "" if (get_language() or "").startswith("zh") else " "
    return between.join(str(part) % said for part in SENTENCES[code] if part)
