"""Spreadsheets that leave the admin: no text in them is taken for a formula (T-L4), numbers stay numbers, and times are
the library's own.

Wagtail writes every export of the admin, its own reports too, through one mixin; its table of preprocessors is the place
where all of them are reached.
"""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from wagtail.admin.views.mixins import SpreadsheetExportMixin, list_to_str

from personal_catalog.formats.spreadsheet import safe_cell

TEXTS = (str, Promise, Model)


def make_safe() -> None:
    csv, xlsx = SpreadsheetExportMixin.FORMAT_CSV, SpreadsheetExportMixin.FORMAT_XLSX
    preprocess = SpreadsheetExportMixin.custom_value_preprocess
    preprocess[TEXTS] = {csv: safe_text, xlsx: safe_text}
    preprocess[list] = {csv: safe_list, xlsx: safe_list}
    preprocess[datetime] = {csv: local_text, xlsx: local}


def safe_text(value: Any) -> str:
    return safe_cell(str(value))


def safe_list(values: Any) -> str:
    return safe_cell(list_to_str(values))


def local(moment: datetime) -> datetime:
    """Without its zone, which a spreadsheet cannot keep."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def local_text(moment: datetime) -> str:
    return local(moment).isoformat(sep=" ", timespec="minutes")
