"""The two doors: readers with library card and PIN, staff with name and password. Both count their failures."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from wagtail.admin.forms.auth import LoginForm

from library_bridge import guarded
from library_bridge.models import Library, Reader
from library_bridge.patrons import CARD_MAX_CHARACTERS, PIN_MAX_CHARACTERS
from library_bridge.visits import client_address


class SignInForm(forms.Form):
    """`library` is asked only where there are several."""

    library = forms.ChoiceField(label=_("Library"))
    card_number = forms.CharField(
        label=_("Card number"),
        max_length=CARD_MAX_CHARACTERS,
        help_text=_("For most students this is the student number"),
        error_messages={"required": _("Enter your card number")},
        widget=forms.TextInput(attrs={"class": "num", "inputmode": "numeric", "autocomplete": "username"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        max_length=PIN_MAX_CHARACTERS,
        strip=False,
        error_messages={"required": _("Enter your PIN")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    shared = forms.BooleanField(
        label=_("This is a shared computer"),
        required=False,
        help_text=_("Signs out after ten minutes and leaves nothing here"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        libraries = list(Library.objects.filter(is_active=True))
        field = self.fields["library"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(library.code, library.name) for library in libraries]
        if len(libraries) == 1:
            field.required = False
            field.widget = forms.HiddenInput()
            self.initial.setdefault("library", libraries[0].code)


def mismatch(tries_left: int) -> str:
    if not tries_left:
        return str(_("Card number and PIN do not match; that was the last try for half an hour"))
    return ngettext(
        "Card number and PIN do not match; %(count)d try left",
        "Card number and PIN do not match; %(count)d tries left",
        tries_left,
    ) % {"count": tries_left}


def too_many(retry_after: int) -> str:
    minutes = max(1, -(-retry_after // 60))
    return ngettext(
        "Too many tries. The next one is possible in %(minutes)d minute.",
        "Too many tries. The next one is possible in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


class StaffLoginForm(LoginForm):
    """Wagtail's own, with the same counters as the readers' door (T-A2)."""

    password = forms.CharField(
        label=pgettext_lazy("staff", "Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("username") and data.get("password"):
            self.user_cache = self._counted(data["username"], data["password"])
            self.confirm_login_allowed(self.user_cache)
        return data

    def _counted(self, username: str, password: str) -> Reader:
        try:
            return guarded.attempt(
                lambda: self._authenticated(username, password),
                kind="staff",
                name=username,
                address=client_address(self.request),
                now=timezone.now(),
            )
        except guarded.WrongPin:
            raise self.get_invalid_login_error() from None
        except guarded.TooManyTries as shut:
            raise forms.ValidationError(too_many(shut.retry_after), code="too_many_tries") from None

    def _authenticated(self, username: str, password: str) -> Reader | None:
        user = authenticate(self.request, username=username, password=password)
        return user if isinstance(user, Reader) else None
