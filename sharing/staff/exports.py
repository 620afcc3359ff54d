"""Spreadsheets that leave the admin: no text in them is taken for a formula (T-L4), numbers and dates stay what they are.

Wagtail writes every export of the admin, its own reports too, through one mixin; its table of preprocessors is the place
where all of them are reached.
"""

from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from wagtail.admin.views.mixins import SpreadsheetExportMixin, list_to_str

from personal_catalog.exports import safe_cell

TEXTS = (str, Promise, Model)


def safe_text(value: Any) -> str:
    return safe_cell(str(value))


def safe_list(values: Any) -> str:
    return safe_cell(list_to_str(values))


def make_safe() -> None:
    csv, xlsx = SpreadsheetExportMixin.FORMAT_CSV, SpreadsheetExportMixin.FORMAT_XLSX
    preprocess = SpreadsheetExportMixin.custom_value_preprocess
    preprocess[TEXTS] = {csv: safe_text, xlsx: safe_text}
    preprocess[list] = {csv: safe_list, xlsx: safe_list}
