"""A library with the settings of its adapter as fields of their own; `manage.py add_library` is the same from a shell."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from library_bridge import libraries, registry
from library_bridge.adapters.options import ENVIRONMENT, MOST_TIME_OUT, NO, YES, Kind, Misconfigured, Option
from library_bridge.models import Library

PREFIX = "set_"
FIRST = ["code", "name_zh", "name_en", "adapter"]


class LibraryForm(WagtailAdminModelForm):
    """The fields are those of the adapter that is chosen; whoever chooses another one is shown its fields first."""

    data: Any
    settings_of = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Library
        fields = ["code", "name_zh", "name_en", "adapter", "time_zone", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: dict[str, Any] = self.instance.settings
        self.adapter = self._chosen()
        self.options = registry.options_of(self.adapter)
        self.is_other = self.is_bound and self._shown_for() != self.adapter
        if self.is_other:  # empty fields that nobody has seen yet are no answers, nor are those of the other adapter
            self.data = self.data.copy()
            self.data[self.add_prefix("settings_of")] = self.adapter
        self.initial["settings_of"] = self.adapter
        same = self.instance.adapter == self.adapter
        for option in self.options:
            given = self.stored.get(option.name, "") if same else ""
            self.fields[PREFIX + option.name] = _field(option, given, required=not self.is_other)
        self.order_fields([*FIRST, *(PREFIX + option.name for option in self.options)])

    def _chosen(self) -> str:
        posted = self.data.get(self.add_prefix("adapter")) if self.is_bound else None
        return str(posted) if posted in Library.Adapter.values else str(self.instance.adapter)

    def _shown_for(self) -> str:
        return str(self.data.get(self.add_prefix("settings_of")) or self.instance.adapter)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_other:
            self.add_error(None, _("Fill in the settings of the library system you have chosen, and save again."))
        elif not self.errors:
            self._configure(cleaned)
        return cleaned

    def _configure(self, cleaned: dict[str, Any]) -> None:
        typed = {option.name: cleaned[PREFIX + option.name] for option in self.options}
        kept = {option.name for option in self.options if option.secret and not typed[option.name]}
        changes = {name: value for name, value in typed.items() if name not in kept}
        dropped = {name for name, value in changes.items() if value == ""} | (self.stored.keys() - typed.keys())
        try:
            libraries.configure(self.instance, adapter=self.adapter, changes=changes, dropped=dropped)
        except Misconfigured as problem:
            name = PREFIX + problem.name
            self.add_error(name if name in self.fields else None, _said(problem, self.options))


def _field(option: Option, stored: object, *, required: bool) -> forms.Field:
    """Text wherever a value may also be `env:NAME`; what is a secret is never sent to the browser."""
    text = _as_typed(option, stored)
    from_environment = text.startswith(ENVIRONMENT)
    must = required and option.default is None
    if option.secret:
        hidden = text and not from_environment
        return forms.CharField(
            label=option.name,
            required=must and not text,
            strip=False,
            initial="" if hidden else text,
            help_text=" ".join(filter(None, [option.help, _kept(text)])),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )
    if choices := _choices(option):
        if from_environment:
            choices.append((text, text))
        return forms.ChoiceField(label=option.name, required=must, initial=text, choices=choices, help_text=option.help)
    widget = forms.TextInput(attrs={"placeholder": "" if option.default is None else str(option.default)})
    return forms.CharField(
        label=option.name, required=must, initial=text, max_length=500, help_text=option.help, widget=widget
    )


def _as_typed(option: Option, stored: object) -> str:
    text = str(stored)
    if option.kind == Kind.YES_OR_NO and text:
        return "yes" if text.lower() in YES else "no" if text.lower() in NO else text
    return text


def _choices(option: Option) -> list[tuple[str, str]]:
    if option.kind == Kind.YES_OR_NO:
        return [("", _usual(option)), ("yes", _("yes")), ("no", _("no"))]
    if option.kind == Kind.CHOICE:
        return [("", _usual(option)), *((choice, choice) for choice in option.choices)]
    return []


def _usual(option: Option) -> str:
    """Some defaults are not said in the option: they follow from another one."""
    if option.default is None:
        return ""
    if option.default == "":
        return _("as usual")
    default = {True: _("yes"), False: _("no")}[option.default] if isinstance(option.default, bool) else option.default
    return _("as usual: %(value)s") % {"value": default}


def _kept(text: str) -> str:
    if not text:
        return ""
    if text.startswith(ENVIRONMENT):
        return _("Now read from the environment: %(name)s. Empty: stays so.") % {"name": text}
    return _("It is set. Empty: it stays as it is.")


def _said(problem: Misconfigured, options: Any) -> str:
    kinds = {option.name: option.kind for option in options}
    if problem.why.startswith("the environment"):
        return _("The environment of the service has no such variable.")
    return {
        Kind.INTEGER: _("Type a whole number."),
        Kind.SECONDS: _("Type a number of seconds above 0."),
        Kind.TIME_OUT: _("Type a number of seconds above 0, at most %(most)d.") % {"most": MOST_TIME_OUT},
    }.get(kinds.get(problem.name, Kind.TEXT)) or _("This can’t be used (%(name)s: %(why)s).") % {
        "name": problem.name,
        "why": problem.why,
    }
