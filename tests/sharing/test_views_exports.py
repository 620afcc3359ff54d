"""Records to take along: by anyone for a title and a search, by their owner for a shelf."""

import json
from io import BytesIO

import pymarc
import pytest
from django.conf import settings
from django.test import Client

from personal_catalog import titles
from personal_catalog.facts import typed
from personal_catalog.formats.registry import FORMATS
from personal_catalog.models import Title
from tests import factories
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


def a_title(world: World, name: str = "围城", **fields: object) -> Title:
    facts = typed({"title": name, "creators": ["钱锺书"], **fields})
    return titles.find_or_create(facts=facts, source="library", now=world.now)


@pytest.mark.parametrize("ending", FORMATS)
def test_anyone_takes_a_title_along(client: Client, world: World, ending: str) -> None:
    answer = client.get(f"/titles/{a_title(world).pk}/record.{ending}")
    assert (answer.status_code, answer["Content-Type"]) == (200, FORMATS[ending].content_type)
    assert answer["Content-Disposition"].endswith(f'.{ending}"')
    assert answer.content


def test_there_are_no_other_forms_and_no_records_of_rejected_titles(client: Client, world: World) -> None:
    title = a_title(world)
    assert client.get(f"/titles/{title.pk}/record.exe").status_code == 404
    Title.objects.filter(pk=title.pk).update(status=Title.Status.REJECTED)
    assert client.get(f"/titles/{title.pk}/record.mrc").status_code == 404


def test_a_search_is_taken_along_in_its_order(client: Client, world: World) -> None:
    a_title(world, "围城", year=1947)
    a_title(world, "围城里外", isbns=["9787020024759"])
    answer = client.get("/search/records.json?q=围城")
    assert [item["title"] for item in json.loads(answer.getvalue())] == ["围城", "围城里外"]


def test_a_search_without_a_result_leads_back_to_its_page(client: Client, world: World) -> None:
    assert client.get("/search/records.mrc?q=nowhere").headers["Location"] == "/search/?q=nowhere"


def test_a_shelf_is_its_owners(client: Client, world: World) -> None:
    """T-R24"""
    factories.copy(world.bob, a_title(world), now=world.now)
    assert client.get("/shelf/records.mrc").status_code == 302
    client.force_login(world.bob)
    [record] = pymarc.MARCReader(BytesIO(client.get("/shelf/records.mrc").getvalue()))
    assert record is not None
    assert record.title == "围城"
    client.force_login(world.charlie)
    assert client.get("/shelf/records.mrc").getvalue() == b""


def test_the_title_page_shows_the_record_and_the_other_editions(client: Client, world: World) -> None:
    said = {
        "contributors": ["主编: 张三"],
        "volumes": 2,
        "numbers": ["oclc:123"],
        "links": ["https://books.example.edu/1 E-book"],
    }
    title, other = a_title(world, **said), a_title(world, "围城（第2版）", isbns=["9787020024759"], year=1991)
    page = client.get(f"/titles/{title.pk}/", headers={"accept-language": "en"}).content.decode()
    for words in (
        "张三",
        "A set of 2 volumes",
        "OCLC",
        "https://books.example.edu/1",
        f"/titles/{other.pk}/",
        f"/titles/{title.pk}/record.mrc",
    ):
        assert words in page


def test_the_title_page_tells_machines_under_its_nonce(client: Client, world: World) -> None:
    answer = client.get(f"/titles/{a_title(world, '</script><b>围城').pk}/")
    page = answer.content.decode()
    nonce, _, text = page.partition('application/ld+json" nonce="')[2].partition('">')
    assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
    book = json.loads(text.partition("</script>")[0])
    assert (book["name"], book["url"].startswith(settings.BASE_URL)) == ("</script><b>围城", True)
