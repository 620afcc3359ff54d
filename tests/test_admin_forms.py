"""A form's own scripts and styles come with its page: without them its widgets are dead."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from tests.incentives.factories import a_reader, a_rule

TEMPLATES = Path(settings.BASE_DIR) / "templates"
A_FIELD = re.compile(r"formattedfield|\{% for field in form|shared/field\.html|\{\{ form\.[a-z_]+ \}\}")
BRINGS_MEDIA = re.compile(
    r'\{% extends "(wagtailadmin/(own_form|bulk_actions/confirmation/base)|wagtailusers/users/edit)\.html"'
)
PAGES = [
    path
    for path in sorted(TEMPLATES.glob("*/admin/**/*.html"))
    if "{% extends" in path.read_text() and A_FIELD.search(path.read_text())
]


def test_there_are_such_pages():
    assert len(PAGES) >= 20


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_each_own_form_page_of_the_admin_brings_what_its_form_needs(path):
    assert BRINGS_MEDIA.match(path.read_text())


def test_a_rules_page_has_the_script_of_its_date_pickers(client, db):
    client.force_login(a_reader("Lin", is_staff=True, is_superuser=True))
    page = client.get(reverse("points-rules:edit", args=[a_rule().pk])).content.decode()
    assert re.search(r"<script[^>]+date-time-chooser", page)
