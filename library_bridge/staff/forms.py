"""Forms of the library's staff in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _

from library_bridge.models import Reader
from library_bridge.transfers import Seen


class OwnNameForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Staff's own account: one name, as everywhere here, and not required."""

    class Meta:
        model = Reader
        fields = ("display_name",)


def seen_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Where the loan is"),
        choices=[
            ("", _("As the library system lists it")),
            (Seen.TAKER, _("I have seen it on the taker’s card")),
            (Seen.ELSEWHERE, _("I have seen that it is not on the taker’s card")),
        ],
        coerce=Seen,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "Your own word counts only where the library system lists not all loans and shows this one on neither card, or "
            "has not answered three days after the handover: look it up at the desk first."
        ),
    )


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("What you did, and why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    seen = seen_field()
