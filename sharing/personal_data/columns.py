"""Columns that more than one kind of row has, in words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ON, BOOK, NOTE, STATUS = pgettext_lazy("column", "on"), _("book"), _("note"), _("status")
UNTIL, ENDED, REASON = pgettext_lazy("column", "until"), _("ended on"), _("reason")
OF_HOLDING = {"copy__title__title": BOOK, "library_loan__title": _("book of the library")}
