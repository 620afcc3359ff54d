"""Forms of the library's staff in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _

from library_bridge.models import Reader


class OwnNameForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Staff's own account: one name, as everywhere here, and not required."""

    class Meta:
        model = Reader
        fields = ("display_name",)


class SettleForm(forms.Form):
    reason = forms.CharField(label=_("What you did, and why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
