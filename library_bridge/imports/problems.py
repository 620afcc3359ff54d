"""What can be wrong with a file or with one of its rows: what it is, and how it is mended."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from library_bridge.marc.problems import told

SENTENCES = {
    # the file as a whole
    "unreadable": gettext_lazy("This file is neither UTF-8 nor GB 18030. Save it as “CSV UTF-8” and send it again."),
    "no_columns": gettext_lazy(
        "The first line names no column “%(needed)s”. Give each column its heading, such as those in the manual."
    ),
    "empty": gettext_lazy("There is no row in this file."),
    "too_many_rows": gettext_lazy(
        "There are more than %(most)s rows. Send them in parts, or use the command that the manual names."
    ),
    "too_many_pins": gettext_lazy(
        "There are more than %(most)s PINs, which takes long. Send them in parts, or use the command that the manual names."
    ),
    # a row
    "quote": gettext_lazy("A quotation mark is opened and not closed. Close it, or take it out."),
    "too_long": gettext_lazy("The line is too long, or has too many cells. Look whether a line break is missing."),
    "cell_too_long": gettext_lazy("“%(column)s” is longer than %(most)s characters. Shorten it."),
    "control": gettext_lazy("“%(column)s” has a control character or a line break in it. Type the cell anew."),
    "formula": gettext_lazy(
        "“%(column)s” begins like a formula (= + - @). Save the value instead of the formula, or put ' before it."
    ),
    "digits_lost": gettext_lazy(
        "In “%(column)s” the spreadsheet has replaced digits (like 2.0E+09). Format the column as text and export again."
    ),
    "not_a_number": gettext_lazy("“%(column)s” has a blank, “|” or another mark that no scanner reads. Take it out."),
    "missing": gettext_lazy("“%(column)s” is empty. Fill it in."),
    "date": gettext_lazy("“%(column)s” is no date. Write it as 2027-06-30."),
    "pin_short": gettext_lazy("The PIN has fewer than 4 characters. Give a longer one, or leave the cell empty."),
    "isbn": gettext_lazy("The ISBN is wrong. Compare it with the book, or leave the cell empty."),
    "unknown_code": gettext_lazy(
        "There is no “%(column)s” of this name here; there is: %(known)s. Write one of these, or add it in the admin first."
    ),
    "which_one": gettext_lazy(
        "“%(column)s” is empty, and there are several: %(known)s. Write one, or say which one is meant where none is named."
    ),
    "record": gettext_lazy("The record can’t be used: %(why)s. Mend it so: %(mend)s."),
    "deleted": gettext_lazy("The record says that it is deleted. Delete its items in the admin."),
    "no_items": gettext_lazy(
        "The record has no item with a barcode (852 p, 952 p, 905 b or 906 b). Export it with its holdings."
    ),
    "not_saved": gettext_lazy(
        "The database refused this row, because another one has taken its number. Import it again."
    ),
}

COLUMNS = {
    "card_number": pgettext_lazy("column", "card_number"),
    "name": pgettext_lazy("column", "name"),
    "category": pgettext_lazy("column", "category"),
    "pin": pgettext_lazy("column", "pin"),
    "expires_on": pgettext_lazy("column", "expires_on"),
    "barcode": pgettext_lazy("column", "barcode"),
    "title": pgettext_lazy("column", "title"),
    "subtitle": pgettext_lazy("column", "subtitle"),
    "creators": pgettext_lazy("column", "creators"),
    "publisher": pgettext_lazy("column", "publisher"),
    "year": pgettext_lazy("column", "year"),
    "isbn": "ISBN",
    "call_number": pgettext_lazy("column", "call_number"),
    "item_type": pgettext_lazy("column", "item_type"),
    "branch": pgettext_lazy("column", "branch"),
    "record_id": pgettext_lazy("column", "record_id"),
    "series": pgettext_lazy("column", "series"),
    "language": pgettext_lazy("column", "language"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    details: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """In the active language. No card number, name or PIN is ever among the details."""
        said = {
            name: COLUMNS.get(value, value) if name in ("column", "needed") else value for name, value in self.details
        }
        said |= {name: told(str(said[name])) for name in ("why", "mend") if name in said}
        return str(SENTENCES[self.code]) % said


class Bad(ValueError):
    """This row can't be imported; the next one can."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, tuple((name, str(value)) for name, value in details.items()))


class NotImported(ValueError):
    """Nothing of this file can be imported."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, tuple((name, str(value)) for name, value in details.items()))


@dataclass(frozen=True, slots=True)
class Failure:
    """`number` is the line of a table (the headings are line 1) or the record of a MARC file; `part` the item in it."""

    number: int
    problem: Problem
    part: int = 0

    @property
    def where(self) -> str:
        if self.part:
            return _("Record %(number)d, item %(part)d") % {"number": self.number, "part": self.part}
        return _("No. %(number)d") % {"number": self.number}
