"""What is scanned or typed at the circulation desk."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from library_bridge.models import Library
from library_bridge.staff.desk_acts import Act

BETWEEN = re.compile(r"[\s,;，；、]+")
CARD_CHARACTERS, BARCODE_CHARACTERS, AT_ONCE = 40, 60, 50


def desk_libraries() -> Any:
    """Where there is no other system: only the embedded one has its desk here."""
    return Library.objects.filter(adapter=Library.Adapter.EMBEDDED, is_active=True)


class DeskForm(forms.Form):
    """`once` is a number of this page's own, by which a form that is sent twice is known. `stay` comes from a button beside
    a loan: the card stays on the desk, and the desk at what it was doing."""

    library = forms.ModelChoiceField(label=capfirst(_("library")), queryset=Library.objects.none(), empty_label=None)
    act = forms.ChoiceField(label=_("What to do"), choices=Act.choices, widget=forms.RadioSelect)
    card_number = forms.CharField(label=capfirst(_("card number")), required=False, max_length=CARD_CHARACTERS)
    barcodes = forms.CharField(
        label=_("Barcode"),
        required=False,
        max_length=AT_ONCE * BARCODE_CHARACTERS,
        help_text=_("Scan one after the other, or paste several with blanks between them."),
    )
    stay = forms.ChoiceField(choices=Act.choices, required=False, widget=forms.HiddenInput)
    once = forms.CharField(max_length=32, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        library = self.fields["library"]
        assert isinstance(library, forms.ModelChoiceField)
        library.queryset = desk_libraries()
        if library.queryset.count() == 1:
            library.widget = forms.HiddenInput()
        for name in ("card_number", "barcodes"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}

    def clean_card_number(self) -> str:
        return plain_number(self.cleaned_data["card_number"], CARD_CHARACTERS)

    def clean_barcodes(self) -> list[str]:
        parts = [part for part in BETWEEN.split(self.cleaned_data["barcodes"]) if part]
        if len(parts) > AT_ONCE:
            raise ValidationError(_("At most %(most)d barcodes at once."), params={"most": AT_ONCE})
        return list(dict.fromkeys(plain_number(part, BARCODE_CHARACTERS) for part in parts))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "barcodes" in given and not given["barcodes"] and given.get("act") == Act.CHECK_IN:
            self.add_error("barcodes", _("Scan the book’s barcode."))
        if "card_number" in given and not given["card_number"] and given.get("act") != Act.CHECK_IN:
            self.add_error("card_number", _("Scan the reader’s card first."))
        return given

    @property
    def mode(self) -> str:
        """What the desk does next, as far as it is said."""
        said = getattr(self, "cleaned_data", {}).get("stay") or self["act"].value()
        return str(said)

    @property
    def key(self) -> str:
        """The same for the same form with the same content; tells nothing of it."""
        given = self.cleaned_data
        content = (given["once"], given["act"], given["card_number"], *given["barcodes"])
        return salted_hmac("circulation desk", "|".join(content), algorithm="sha256").hexdigest()


def plain_number(text: str, most: int) -> str:
    """As on the card or the label: full-width digits are digits. What no number has is refused (T-I1)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > most or not plain.isprintable() or "|" in plain:
        raise ValidationError(_("This is no card number and no barcode: it has characters that neither has."))
    return plain
