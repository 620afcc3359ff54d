"""Forms of the embedded system's rows: cards, stock, rules."""

from typing import Any

import isbnlib
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from library_bridge.models import CirculationRule, EmbeddedIsbn, EmbeddedItem, EmbeddedPatron, EmbeddedRecord
from library_bridge.staff.desk_form import BARCODE_CHARACTERS, CARD_CHARACTERS, plain_number
from library_bridge.staff.record_chooser import record_chooser

ANOTHER_LIBRARY = _("This belongs to another library.")


class EmbeddedPatronForm(WagtailAdminModelForm):
    """The PIN can be set and taken away; nobody can read it, not even as a hash."""

    new_pin = forms.CharField(
        label=_("new PIN"),
        required=False,
        min_length=4,
        max_length=64,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the PIN stays as it is. A card without a PIN can’t sign in."),
    )
    no_pin = forms.BooleanField(label=_("take the PIN away"), required=False)

    class Meta:
        model = EmbeddedPatron
        fields = ["library", "card_number", "name", "category", "expires_on", "blocked", "lost", "fines"]

    def clean_card_number(self) -> str:
        return plain_number(self.cleaned_data["card_number"], CARD_CHARACTERS)

    def clean_new_pin(self) -> str:
        pin = str(self.cleaned_data["new_pin"])
        if pin and (not pin.isprintable() or "|" in pin):
            raise ValidationError(_("No keypad can send such a PIN: it holds “|” or a control character."))
        return pin

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        category, library = given.get("category"), given.get("library")
        if category and library and category.library_id != library.pk:
            self.add_error("category", ANOTHER_LIBRARY)
        return given

    def save(self, commit: bool = True) -> EmbeddedPatron:
        if self.cleaned_data["no_pin"]:
            self.instance.pin = ""
        if self.cleaned_data["new_pin"]:
            self.instance.set_pin(self.cleaned_data["new_pin"])
        patron: EmbeddedPatron = super().save(commit=commit)
        return patron


class EmbeddedItemForm(WagtailAdminModelForm):
    class Meta:
        model = EmbeddedItem
        fields = ["library", "barcode", "record", "item_type", "branch", "status"]
        widgets = {"record": record_chooser.widget_class}

    def clean_barcode(self) -> str:
        return plain_number(self.cleaned_data["barcode"], BARCODE_CHARACTERS)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        library = given.get("library")
        for name in ("record", "item_type"):
            if library and given.get(name) and given[name].library_id != library.pk:
                self.add_error(name, ANOTHER_LIBRARY)
        return given


class CirculationRuleForm(WagtailAdminModelForm):
    class Meta:
        model = CirculationRule
        fields = [
            "category", "item_type", "loan_days", "loan_limit", "renewal_limit", "renewal_days", "hold_limit", "fine_per_day",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        category, item_type = given.get("category"), given.get("item_type")
        if category and item_type and category.library_id != item_type.library_id:
            self.add_error("item_type", ANOTHER_LIBRARY)
        return given


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        super().__init__(required=False, widget=widget, help_text=_("One a line."), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class EmbeddedRecordForm(WagtailAdminModelForm):
    creators = LinesField(label=capfirst(_("creators")))
    translators = LinesField(label=capfirst(_("translators")))
    subjects = LinesField(label=capfirst(_("subjects")))
    isbns = forms.CharField(
        label=_("ISBNs"), required=False, max_length=400, help_text=_("Thirteen digits each, with blanks between them.")
    )

    class Meta:
        model = EmbeddedRecord
        fields = [
            "library",
            "record_id",
            "title",
            "subtitle",
            "creators",
            "translators",
            "publisher",
            "year",
            "language",
            "series",
            "clc",
            "ddc",
            "subjects",
            "call_number",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["isbns"].initial = " ".join(self.instance.isbns.values_list("isbn13", flat=True))

    def clean_isbns(self) -> list[str]:
        isbns = list(dict.fromkeys(str(self.cleaned_data["isbns"]).replace("-", "").split()))
        wrong = next((isbn for isbn in isbns if len(isbn) != 13 or not isbnlib.is_isbn13(isbn)), None)
        if wrong:
            raise forms.ValidationError(_("“%(isbn)s” is not an ISBN of thirteen digits."), params={"isbn": wrong})
        return isbns

    def save(self, commit: bool = True) -> EmbeddedRecord:
        record: EmbeddedRecord = super().save(commit=commit)
        isbns = self.cleaned_data["isbns"]
        record.isbns.exclude(isbn13__in=isbns).delete()
        known = set(record.isbns.values_list("isbn13", flat=True))
        EmbeddedIsbn.objects.bulk_create([EmbeddedIsbn(record=record, isbn13=i) for i in isbns if i not in known])
        return record
