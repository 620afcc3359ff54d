from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from incentives.models import RuleVersion
from incentives.models.ledger import LARGEST_POSTING
from library_bridge.models import Library


class RedeemForm(forms.Form):
    """Hidden fields of the button: the price as it was shown (T-P8), and a key so that two clicks redeem once (S4). `sure`:
    asked on a page of its own, for what can't be undone."""

    price = forms.IntegerField(min_value=1, max_value=LARGEST_POSTING)
    key = forms.CharField(max_length=80)
    sure = forms.BooleanField(required=False)


class TakePartForm(forms.Form):
    pseudonym = forms.CharField(
        label=_("Pseudonym"),
        min_length=2,
        max_length=20,
        help_text=_("Not your name: others see it on the lists, and nothing else about you."),
    )
    narrow = forms.BooleanField(
        label=_("Also on the lists of my area, my department and my groups"),
        required=False,
        help_text=_(
            "Only readers of the same see them; that of an area only readers who are on it themselves. "
            "The fewer there are, the easier it is to guess who you are."
        ),
    )
    honours = forms.BooleanField(
        label=_("On the library’s honours page, if I am among the first three"),
        required=False,
        help_text=_("Anybody can read it, and it may be printed. You can take this back; what is printed stays."),
    )


class BadgePlacesForm(forms.Form):
    on_lists = forms.BooleanField(label=_("Beside my pseudonym on the leaderboards"), required=False)
    to_partners = forms.BooleanField(label=_("To readers with whom I have agreed on a book"), required=False)


class VoucherCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the voucher"),
        max_length=40,
        help_text=_("Scan the QR code into this field, or type the eight characters. Spaces and case do not matter."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )


class AdjustmentForm(forms.Form):
    card_number = forms.CharField(label=_("Card number of the reader"), max_length=40)
    library = forms.ModelChoiceField(
        label=_("Library of the card"),
        queryset=Library.objects.all(),
        required=False,
        help_text=_("Needed only where several libraries have a card of this number."),
    )
    amount = forms.IntegerField(
        label=_("Points"), min_value=-10_000, max_value=10_000, help_text=_("Negative takes points away.")
    )
    reason = forms.CharField(
        label=pgettext_lazy("adjustment", "Reason"), max_length=200, help_text=_("The reader sees it in the ledger.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Library.objects.all()[1:].exists():
            del self.fields["library"]

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if amount == 0:
            raise forms.ValidationError(_("Give a number other than zero."))
        return amount


class ReviewForm(forms.Form):
    ANSWERS = (("clear", _("Give the points free")), ("take_back", _("Take the points back")))
    answer = forms.ChoiceField(label=_("Decision"), choices=ANSWERS, widget=forms.RadioSelect)
    why = forms.CharField(
        label=pgettext_lazy("review", "Reason"),
        max_length=300,
        help_text=_("For your colleagues; the readers don’t see it."),
    )


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("What is wrong, and why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500})
    )


class AppealAnswerForm(forms.Form):
    DECISIONS = (("grant", _("It counts against the reader no longer")), ("refuse", _("It stays as it is")))
    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=pgettext_lazy("appeal", "Answer"),
        max_length=300,
        help_text=_("The reader reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    starts_at = forms.DateTimeField(
        label=_("Holds from"), required=False, help_text=_("Empty: at once."), widget=AdminDateTimeInput
    )

    class Meta:
        model = RuleVersion
        fields = (
            "active", "points", "waiting_days", "within_hours", "hands_at_least", "min_hours_out",
            "cap_days", "pair_cap", "copy_cap", "day_cap", "partner_days", "starts_at", "ends_at",
        )  # fmt: skip
        widgets = {"ends_at": AdminDateTimeInput}
