"""Forms of the add page, the copy page and the import page."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog import areas, audiences, isbn, lookup, sent_forms
from personal_catalog.copies import NOTE_LENGTH
from personal_catalog.facts import BookFacts
from personal_catalog.files.rows import Trait
from personal_catalog.flags import LONGEST_NOTE
from personal_catalog.models import Copy, ImportJob, TitleFlag
from personal_catalog.tags import MOST_ON_COPY

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

NAMES_BETWEEN = re.compile(r"[;；\n]")
TAGS_BETWEEN = re.compile(r"[,，、;；\n]")
LONGEST_LINES = 30_000
TOO_MANY_TAGS = _("At most ten tags on a book, and a hundred in all.")
ISBN_REFUSALS = {
    "empty": _("Type the number that stands below the barcode."),
    "characters": _("An ISBN has only digits, at most an X at its end."),
    "length": _("An ISBN has 13 digits, on older books 10."),
    "prefix": _("An ISBN of 13 digits begins with 978 or 979; this is another number."),
    "check_digit": _("Not quite an ISBN: the last digit doesn’t fit, so one may be mistyped."),
    "digits_lost": _("A spreadsheet has cut off the last digits. Take the number from the book."),
}
MODE_HINTS = {
    Copy.Mode.LEND: _("For a fixed time, then back to you."),
    Copy.Mode.DRIFT: _("Each reader passes it to the next. You can see where it has been."),
    Copy.Mode.GIFT: _("You give it away; it belongs to whoever takes it."),
    Copy.Mode.DISPLAY: _("It only stands on your shelf and is not lent."),
}
TRAITS = {
    Trait.WISHED: _("Books I only wish for"),
    Trait.NOT_OWNED: _("Books that are not marked as mine"),
    Trait.DIGITAL: _("E-books and audiobooks"),
}
FORMATS_TOLD = ("auto", "isbn_list", "csv", "xlsx", "marc21", "cnmarc", "unimarc")
CONDITION_SLOTS = Copy.Condition.choices


class IsbnForm(forms.Form):
    isbn = forms.CharField(
        label="ISBN",
        max_length=isbn.LONGEST,
        help_text=_("The 13 digits below the barcode on the back, 10 on older books. With or without hyphens."),
        widget=forms.TextInput(attrs={"class": "num", "inputmode": "numeric", "autocomplete": "off"}),
    )
    suggestions: tuple[str, ...] = ()

    def clean_isbn(self) -> str:
        try:
            return lookup.parse(self.cleaned_data["isbn"]).isbn13
        except isbn.NotAnIsbn as refused:
            self.suggestions = refused.suggestions
            raise forms.ValidationError(ISBN_REFUSALS[refused.reason]) from refused


class CopyForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("How it is lent"), choices=Copy.Mode.choices, widget=forms.RadioSelect, initial=Copy.Mode.LEND
    )
    condition = forms.ChoiceField(
        label=pgettext_lazy("of a book", "Condition"),
        choices=CONDITION_SLOTS,
        widget=forms.RadioSelect,
        initial=Copy.Condition.GOOD,
    )
    note = forms.CharField(
        label=_("A word to the borrower"),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=_("Leave out phone numbers and accounts: you can arrange everything here once you have agreed."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Pencil marks in chapter three, say")}),
    )
    visibility = forms.ChoiceField(
        label=_("Who can see it"), widget=forms.RadioSelect, initial=Copy.Visibility.EVERYONE
    )

    def __init__(self, *args: Any, owner: "Reader", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_who_sees(self, owner)

    def mode_rows(self) -> list[tuple[Any, Any]]:
        """Each choice with the sentence that explains it."""
        return [(choice, MODE_HINTS[Copy.Mode(choice.data["value"])]) for choice in self["mode"]]


def _ask_who_sees(form: forms.Form, owner: "Reader") -> None:
    asked = form.fields["visibility"]
    assert isinstance(asked, forms.ChoiceField)
    asked.choices = audiences.choices(owner)


class TagsForm(forms.Form):
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=400,
        help_text=_("For your own order; only you see them. Several: a comma between them."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_tags(self) -> list[str]:
        names = [name.strip() for name in TAGS_BETWEEN.split(self.cleaned_data["tags"]) if name.strip()]
        if len(names) > MOST_ON_COPY:
            raise forms.ValidationError(TOO_MANY_TAGS)
        return names


class AddForm(TagsForm, CopyForm):
    """The record as found or typed, how the copy is lent, and what its owner keeps of it."""

    isbn = forms.CharField(required=False, max_length=isbn.LONGEST, widget=forms.HiddenInput({"id": "id_found_isbn"}))
    token = forms.CharField(required=False, max_length=40, initial=sent_forms.new_token, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=500, required=False)
    subtitle = forms.CharField(label=_("Subtitle"), max_length=500, required=False)
    creators = forms.CharField(
        label=_("Creators"), max_length=600, required=False, help_text=_("Several names: a semicolon between them.")
    )
    publisher = forms.CharField(label=_("Publisher"), max_length=200, required=False)
    year = forms.IntegerField(
        label=_("Year"), required=False, min_value=-3000, max_value=2200, widget=forms.TextInput(attrs={"class": "num"})
    )
    again = forms.BooleanField(label=_("This is a second copy of it"), required=False)

    def said(self) -> dict[str, object]:
        """What the reader was shown or typed; fields that the page did not have are left out."""
        words: dict[str, object] = {n: self.cleaned_data[n] for n in ("title", "subtitle", "publisher", "year")}
        words["creators"] = names_in(self.cleaned_data["creators"])
        return {name: value for name, value in words.items() if name in self.data}

    def once(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("token", "again")}

    def how(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("mode", "condition", "note", "visibility")}


def names_in(text: str) -> list[str]:
    return [name.strip() for name in NAMES_BETWEEN.split(text)]


class SeveralForm(CopyForm):
    """How the books of a list are lent, all alike, and the field through which more come to the list."""

    note = None  # type: ignore[assignment]  # a word about one book belongs to that book
    token = forms.CharField(required=False, max_length=40, initial=sent_forms.new_token, widget=forms.HiddenInput)
    lines = forms.CharField(
        label=_("ISBN or title"),
        required=False,
        max_length=LONGEST_LINES,
        help_text=_("One book a line: its ISBN, or its title / author."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    def how(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("mode", "condition", "visibility")}

    def renew_token(self) -> None:
        """For the page that answers a list put on the shelf."""
        self.data = {name: self.data[name] for name in self.data} | {"token": sent_forms.new_token()}


def initial_of(facts: BookFacts) -> dict[str, object]:
    return {
        "title": facts.title,
        "subtitle": facts.subtitle,
        "creators": "; ".join(facts.creators),
        "publisher": facts.publisher,
        "year": facts.year,
    }


class PauseForm(forms.Form):
    paused = forms.BooleanField(
        label=pgettext_lazy("copy", "Not now"),
        required=False,
        help_text=_("Nobody is told it can be had until you take this back."),
    )


class EditCopyForm(PauseForm, TagsForm, CopyForm):
    """`at_home`: only then the owner can say where the copy is."""

    area = forms.ChoiceField(label=_("Where it is"), required=False)

    def __init__(self, *args: Any, at_home: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if at_home:
            self.fields["area"].choices = [("", _("Not said")), *areas.choices()]  # type: ignore[attr-defined]
        else:
            del self.fields["area"]

    def changes(self) -> dict[str, object]:
        status = Copy.Status.PAUSED if self.cleaned_data["paused"] else Copy.Status.LISTED
        said = {n: v for n, v in self.cleaned_data.items() if n in ("mode", "condition", "note", "visibility", "area")}
        return {**said, "status": status}


class ImportForm(forms.Form):
    numbers = forms.CharField(
        label=_("ISBNs"),
        required=False,
        strip=False,
        help_text=_("One a line. Hyphens and blanks don’t matter."),
        widget=forms.Textarea(attrs={"rows": 6, "class": "num"}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_(
            "Your list from Goodreads, LibraryThing, StoryGraph, Openreads, Calibre, BookWyrm or 豆瓣, a table (CSV, XLSX) "
            "with headings such as title, author, ISBN, or MARC."
        ),
    )
    format = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[choice for choice in ImportJob.Format.choices if choice[0] in FORMATS_TOLD],
        initial=ImportJob.Format.AUTO,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not str(cleaned.get("numbers", "")).strip():
            self._ask_for_something()
        return cleaned

    def _ask_for_something(self) -> None:
        """Of a file that is refused its own fault is told, and nothing else."""
        if "file" not in self.errors:
            self.add_error(None, _("Paste some ISBNs or choose a file."))

    def content(self) -> bytes:
        chosen = self.cleaned_data.get("file")
        return (
            bytes(chosen.read(settings.IMPORT_MAX_BYTES + 1)) if chosen else str(self.cleaned_data["numbers"]).encode()
        )


class HowToListForm(forms.Form):
    """Which books of a file are listed, and how; for all of them at once."""

    leave_out = forms.MultipleChoiceField(
        label=_("Leave out"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(t.value, "") for t in Trait],
    )
    mode = forms.ChoiceField(label=_("How these books are lent"), choices=Copy.Mode.choices, initial=Copy.Mode.LEND)
    visibility = forms.ChoiceField(label=_("Who can see them"), initial=Copy.Visibility.EVERYONE)
    remarks = forms.BooleanField(
        label=_("Show my remarks to borrowers"),
        required=False,
        help_text=_("What you wrote about these books in the file. Otherwise nobody sees it."),
    )

    def __init__(
        self, data: Any = None, *, owner: "Reader", traits: Mapping[str, int], remarks: int, ready: int
    ) -> None:
        """With how many of the rows that are ready have each trait, and a remark."""
        usual = [name for name, count in traits.items() if count and (name != Trait.NOT_OWNED or count < ready)]
        super().__init__(data, initial={"leave_out": usual})
        _ask_who_sees(self, owner)
        asked = self.fields["leave_out"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = [(name, f"{TRAITS[Trait(name)]} ({count:,})") for name, count in traits.items() if count]
        if not asked.choices:
            del self.fields["leave_out"]
        if not remarks:
            del self.fields["remarks"]

    def how(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "mode": given["mode"], "visibility": given["visibility"], "leave_out": given.get("leave_out", []),
            "remarks": given.get("remarks", False),
        }  # fmt: skip


class FlagForm(forms.Form):
    kind = forms.ChoiceField(
        label=pgettext_lazy("with a record", "What is wrong?"), choices=TitleFlag.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("What should a librarian look at?"), max_length=LONGEST_NOTE, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
