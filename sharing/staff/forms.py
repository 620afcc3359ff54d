"""What staff write down when they act on a lending. The reason is told to both readers."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OUTCOMES = (
    ("returned", pgettext_lazy("outcome of a dispute", "The book is back with its owner, or on the giver’s card")),
    ("replaced", pgettext_lazy("outcome of a dispute", "It was replaced by another volume")),
    ("paid", pgettext_lazy("outcome of a dispute", "It was paid for")),
    ("written_off", pgettext_lazy("outcome of a dispute", "It was written off")),
)
REASON_CHARACTERS = 300


def reason_field(label: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy
        max_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both readers can read this on their slip."),
    )


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(label=_("How it ends"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason = reason_field(_("Reason"))


class FinishForm(forms.Form):
    reason = forms.CharField(
        label=_("What you did, and why"),
        max_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the transfer, for staff."),
    )


class RetryForm(forms.Form):
    """Nothing to fill in: the button confirms."""


class LookUpForm(forms.Form):
    reason = reason_field(_("Why you need to know"))
