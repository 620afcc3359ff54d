"""What forms say of a field that was filled in wrongly, in words that a reader understands.

Django's own sentences ("Ensure this value has at most 200 characters (it has 3000).") speak of values and variables. Here its
defaults are replaced, once for every form and every model; a field that says something better still says so itself.
"""

from typing import Any

from django import forms
from django.core import validators
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

MISSING = _("Please fill this in.")
CHOOSE = _("Please choose one of these.")
NOT_OFFERED = _("This cannot be chosen here any more. Please choose something else.")
NUMBER = _("Please type a number.")
DATE = _("This is no date. Please type it like 2026-12-31.")
NO_FILE = _("No file arrived. Please choose it again.")

OF_FIELDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": MISSING},
    forms.IntegerField: {"invalid": _("Please type a whole number.")},
    forms.FloatField: {"invalid": NUMBER},
    forms.DecimalField: {"invalid": NUMBER},
    forms.DateField: {"invalid": DATE},
    forms.TimeField: {"invalid": _("This is no time. Please type it like 18:30.")},
    forms.DateTimeField: {"invalid": _("This is no date with a time. Please type it like 2026-12-31 18:30.")},
    forms.FileField: {
        "required": _("Please choose a file."),
        "invalid": NO_FILE,
        "missing": NO_FILE,
        "empty": _("There is nothing in this file."),
        "max_length": ngettext_lazy(
            "The file’s name is too long: %(max)d character at most.",
            "The file’s name is too long: %(max)d characters at most.",
            "max",
        ),
    },
    forms.ImageField: {"invalid_image": _("This is no picture that can be read. Please choose another.")},
    forms.BooleanField: {"required": _("Please tick this.")},
    forms.ChoiceField: {"required": CHOOSE, "invalid_choice": NOT_OFFERED},
    forms.MultipleChoiceField: {"invalid_choice": NOT_OFFERED, "invalid_list": NOT_OFFERED},
    forms.ModelChoiceField: {"required": CHOOSE, "invalid_choice": NOT_OFFERED},
    forms.ModelMultipleChoiceField: dict.fromkeys(("invalid_choice", "invalid_list", "invalid_pk_value"), NOT_OFFERED),
}
OF_VALIDATORS: dict[type, Promise] = {
    validators.MaxLengthValidator: ngettext_lazy(
        "Too long: %(limit_value)d character at most.",
        "Too long: %(limit_value)d characters at most.",
        "limit_value",
    ),
    validators.MinLengthValidator: ngettext_lazy(
        "Too short: %(limit_value)d character at least.",
        "Too short: %(limit_value)d characters at least.",
        "limit_value",
    ),
    validators.MaxValueValidator: _("Too much: %(limit_value)s at most."),
    validators.MinValueValidator: _("Too little: %(limit_value)s at least."),
    validators.ProhibitNullCharactersValidator: _(
        "There are signs in it that cannot be read. Please type it anew instead of pasting it."
    ),
    validators.EmailValidator: _("This is no mail address. It looks like name@example.org."),
}


def put_in_place() -> None:
    """Before any form is made: a field takes its sentences when it is."""
    for field, sentences in OF_FIELDS.items():
        field.default_error_messages = {**vars(field).get("default_error_messages", {}), **sentences}
    for validator, sentence in OF_VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]
