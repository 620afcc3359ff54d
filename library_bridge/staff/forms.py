"""Forms of the library's staff in the admin."""

from typing import Any

import isbnlib
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from library_bridge.models import EmbeddedIsbn, EmbeddedPatron, EmbeddedRecord, Reader


class EmbeddedPatronForm(WagtailAdminModelForm):
    new_pin = forms.CharField(
        label=_("new PIN"),
        required=False,
        min_length=4,
        max_length=64,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the PIN stays as it is. A card without a PIN can’t sign in."),
    )

    class Meta:
        model = EmbeddedPatron
        fields = ["library", "card_number", "name", "category", "expires_on", "blocked", "lost", "fines"]

    def save(self, commit: bool = True) -> EmbeddedPatron:
        if self.cleaned_data["new_pin"]:
            self.instance.set_pin(self.cleaned_data["new_pin"])
        patron: EmbeddedPatron = super().save(commit=commit)
        return patron


class OwnNameForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Staff's own account: one name, as everywhere here, and not required."""

    class Meta:
        model = Reader
        fields = ("display_name",)


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


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("What you did, and why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
