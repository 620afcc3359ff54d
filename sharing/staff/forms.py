"""What staff write down when they act on a lending. The reason is told to both readers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.staff.forms import seen_field
from sharing import policies
from sharing.models import Lending

OUTCOMES = {
    "returned": pgettext_lazy("outcome of a dispute", "The book is back with its owner"),
    "replaced": pgettext_lazy("outcome of a dispute", "It was replaced by another volume"),
    "paid": pgettext_lazy("outcome of a dispute", "It was paid for"),
    "written_off": pgettext_lazy("outcome of a dispute", "It was written off"),
}
ON_THE_CARD = pgettext_lazy("outcome of a dispute", "The loan is on the giver’s card, or the item back in the library")
REASON_CHARACTERS = 300


def reason_field(label: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy
        max_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both readers can read this on their slip."),
    )


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(label=_("How it ends"), widget=forms.RadioSelect)
    reason = reason_field(_("Reason"))

    def __init__(self, *args: Any, lending: Lending, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = Lending.Kind(lending.kind)
        words = OUTCOMES if kind == Lending.Kind.PERSONAL_COPY else {**OUTCOMES, "returned": ON_THE_CARD}
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(code, words[code]) for code in policies.OUTCOMES[kind]]


class LookIntoForm(forms.Form):
    reason = reason_field(_("What became of it"))


class FinishForm(forms.Form):
    reason = forms.CharField(
        label=_("What you did, and why"),
        max_length=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the transfer, for staff."),
    )
    seen = seen_field()


class RetryForm(forms.Form):
    """Nothing to fill in: the button confirms."""


class LookUpForm(forms.Form):
    reason = reason_field(_("Why you need to know"))
