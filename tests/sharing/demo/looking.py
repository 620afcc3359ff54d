"""Looking at the demo campus."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from wagtail.models import Page

from library_bridge.models import Patron, Reader
from sharing.models import (
    Lending,
)
from tests.conftest import CAMPUS

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)
S = Lending.Status


def reader(number: int) -> Reader:
    return Patron.objects.get(library__code="demo", card_number=f"20230000{number:02d}").reader


def rows() -> dict[str, int]:
    models = [model for app in settings.OUR_APPS for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: model._default_manager.count() for model in [*models, Page, Group]}


def statuses(model: Any) -> Counter[str]:
    return Counter(model.objects.values_list("status", flat=True))
