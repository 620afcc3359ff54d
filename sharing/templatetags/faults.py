"""What the summary above a form says of what has to be put right, and of what became of the rest."""

from django import forms, template
from django.forms import BoundField
from django.utils.translation import gettext as _

from personal_catalog.sentences import of_one

register = template.Library()
ASKS = ("?", "？")


@register.filter
def fault(error: str, field: BoundField) -> str:
    """The field's name and what is wrong there; after a name that is a question no colon."""
    if str(field.label).endswith(ASKS):
        return _("%(question)s %(error)s") % {"question": field.label, "error": error}
    return of_one(field.label, error)


@register.filter
def keeps(form: forms.BaseForm) -> bool:
    """Something that the reader put in stands in the form again. Not what was chosen for them, and not a file: a browser lets
    nobody put one back."""
    return any(_put_in(field) for field in form if not field.is_hidden and not _is_file(field))


@register.filter
def lost_file(form: forms.BaseForm) -> bool:
    """A file came with what is refused, and has to be chosen again."""
    return bool(form.files) and any(_is_file(field) and field.data for field in form)


def _put_in(field: BoundField) -> bool:
    return bool(field.data) and field.field.has_changed(field.initial, field.data)


def _is_file(field: BoundField) -> bool:
    return isinstance(field.field, forms.FileField)
