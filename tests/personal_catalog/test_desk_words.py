"""How records read at the desk."""

from datetime import datetime

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from tests.personal_catalog import factories

pytestmark = pytest.mark.django_db
MERGE = ("wagtail_bulk_action", ["personal_catalog", "title", "merge"])


@pytest.mark.parametrize(("speaks", "says"), [("en", "Chinese"), ("zh-hans", "中文")])
def test_records_side_by_side_name_their_language(
    speaks: str, says: str, client: Client, lin: Reader, now: datetime
) -> None:
    client.force_login(lin)
    both = [factories.title(words, now=now, language="chi") for words in ("校园鸟类志", "校园鸟类")]
    ids = "&".join(f"id={one.pk}" for one in both)
    page = client.get(f"{reverse(MERGE[0], args=MERGE[1])}?{ids}", headers={"accept-language": speaks})
    assert page.content.decode().count(f"<td>{says}</td>") == 2


def test_a_record_without_an_author_begins_with_no_dot(now: datetime) -> None:
    bare = factories.title("校园鸟类", now=now, creators=[], publisher="", year=None)
    row = render_to_string("personal_catalog/admin/record.html", {"title": bare, "copies": 1})
    note = row.partition('<p class="desk-note">')[2]
    assert not note.lstrip().startswith("·")
    assert "·" not in note
