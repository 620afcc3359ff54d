"""The demo campus as all apps make it together. Loaded once for this folder, into a transaction that is thrown away."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from pytest_django import DjangoDbBlocker

from library_bridge import registers
from sharing.models import HomePage
from tests.sharing.demo.looking import NOW
from tests.thrown_away import everything_after


@pytest.fixture(scope="package", autouse=True)
def campus(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with everything_after(django_db_blocker):
        if not HomePage.objects.exists():  # emptied by a test that commits
            import_module("sharing.migrations.0002_site").make_roots(apps, None)
        assert list(registers.load_demo(now=NOW)) == settings.OUR_APPS
        yield
