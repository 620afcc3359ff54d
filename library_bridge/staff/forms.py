"""Forms of the library's staff in the admin."""

from typing import Any

from django import forms
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


class EmbeddedRecordForm(WagtailAdminModelForm):
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
        if any(len(isbn) != 13 or not isbn.isdecimal() for isbn in isbns):
            raise forms.ValidationError(_("An ISBN has thirteen digits here."))
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
