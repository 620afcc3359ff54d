"""SRU servers named in the settings: asked over a loopback line, read as MARCXML or Dublin Core."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from personal_catalog import lookup
from personal_catalog.lookup import sru, sru_messages
from personal_catalog.lookup.servers import KNOWN_SRU
from personal_catalog.lookup.sources import SourceUnavailable
from personal_catalog.models import LookupCache, SourceState
from personal_catalog.sentences import who_said_what
from tests.library_bridge.marc_records import cnmarc
from tests.personal_catalog import services
from tests.personal_catalog.services import Services
from tests.personal_catalog.sru_answers import DATA_STRUCTURES, STRANGER, diagnostic, dublin_core, marcxml, response

MARC = Path(__file__).resolve().parents[3] / "shared" / "data" / "marc"
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def world(settings: Settings) -> Iterator[Services]:
    with services.serving() as running:
        settings.LOOKUP_SOURCES = ["personal_catalog.lookup.sru.sources"]
        settings.LOOKUP_SECONDS_EACH = 2
        settings.SRU_SERVERS = {
            "north": {"address": f"{running.base}/north/sru", "query": "bath.isbn={isbn}", "label": "North Library"},
            "south": {
                "address": f"{running.base}/south/sru?db=1", "query": 'isbn="{isbn10}"', "schema": "dc", "version": "2.0",
                "label": "South Library", "per_minute": "2",
            },
        }  # fmt: skip
        yield running


@pytest.mark.django_db
def test_several_servers_are_asked_and_each_fills_what_the_other_leaves_open(world: Services, now: datetime) -> None:
    bare = marcxml(cnmarc(_210=None, _225=None, _100=None))
    world.answers["north"] = services.sends(response(bare), headers=XML)
    world.answers["south"] = services.sends(
        response(dublin_core(identifier=DATA_STRUCTURES, publisher="北京 : 人民出版社", date="2012.8")), headers=XML
    )
    found = lookup.find(DATA_STRUCTURES, now=now)
    assert found.facts is not None
    assert (found.facts.title, found.facts.subtitle) == ("数据结构", "入门")
    assert (found.facts.creators, found.facts.translators) == (("简·多伊",), ("李雷",))
    assert (found.facts.publisher, found.facts.year, found.facts.clc) == ("人民出版社", 2012, "TP311.12")
    assert (found.provenance["title"], found.provenance["year"]) == ("sru:north", "sru:south")
    assert "year, extent from South Library" in who_said_what(found)


@pytest.mark.django_db
def test_each_is_asked_in_its_own_words(world: Services, now: datetime) -> None:
    lookup.find(DATA_STRUCTURES, now=now)
    asked = {path.split("/")[1]: parse_qs(urlsplit(path).query) for path in world.asked}
    assert asked["north"] == {
        "version": ["1.2"], "operation": ["searchRetrieve"], "query": [f"bath.isbn={DATA_STRUCTURES}"],
        "maximumRecords": ["5"], "recordPacking": ["xml"],
    }  # fmt: skip
    assert asked["south"] == {
        "db": ["1"], "version": ["2.0"], "query": ['isbn="7300113907"'], "maximumRecords": ["5"], "recordSchema": ["dc"],
        "recordXMLEscaping": ["xml"],
    }  # fmt: skip


@pytest.mark.django_db
def test_hits_and_misses_are_kept_and_a_complaint_is_not(world: Services, now: datetime) -> None:
    world.answers["north"] = services.sends(response(), headers=XML)
    world.answers["south"] = services.sends(response(diagnostics=diagnostic("Query syntax error")), headers=XML)
    assert lookup.find(STRANGER, now=now).pending
    assert list(LookupCache.objects.values_list("source", "hit")) == [("sru:north", False)]
    assert SourceState.objects.get(name="sru:south").problem.startswith("complains: Query syntax error")


@pytest.mark.django_db
def test_each_keeps_its_own_pace_and_the_rest_is_asked_later(world: Services, now: datetime) -> None:
    world.answers |= dict.fromkeys(("north", "south"), services.sends(response(), headers=XML))
    first, second = lookup.find(STRANGER, now=now), lookup.find(DATA_STRUCTURES, now=now)
    assert (first.pending, second.pending) == (False, True)
    assert (world.times_asked("north"), world.times_asked("south")) == (2, 1)


@pytest.mark.django_db
def test_an_answer_that_is_too_large_is_cut_off(
    world: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sru, "MOST_BYTES", 1_000)
    world.answers["north"] = services.sends(response(marcxml()), headers=XML)
    assert lookup.find(DATA_STRUCTURES, now=now).facts is None
    assert "more than 1,000 bytes" in SourceState.objects.get(name="sru:north").problem


def test_marc21_is_read() -> None:
    found = sru_messages.facts(response(marcxml()), isbn13=DATA_STRUCTURES)
    assert found is not None
    assert (found.title, found.subtitle, found.creators) == ("Data structures", "a primer", ("Jane B. Doe",))
    assert (found.publisher, found.year, found.language, found.ddc) == ("People's Press", 2012, "eng", "005.73")


def test_dublin_core_is_taken_apart() -> None:
    found = sru_messages.facts(response(dublin_core()), isbn13=STRANGER)
    assert found is not None
    assert (found.title, found.subtitle, found.creators) == ("Der Fremde", "Roman", ("Albert Camus",))
    assert (found.translators, found.publisher, found.year) == (("Georg Goyert",), "Rowohlt", 1996)
    assert (found.language, found.extent, found.subjects, found.isbns) == ("ger", "126 S.", ("Roman",), (STRANGER,))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Camus, Albert (1913-1960). Auteur du texte", "Albert Camus"),
        ("Camus, Albert, 1913-1960.", "Albert Camus"),
        ("钱锺书", "钱锺书"),
        ("J. D. Salinger", "J. D. Salinger"),
        ("Lu, Xun [著]", "Xun Lu"),
        ("Doe, Jane B.", "Jane B. Doe"),
    ],
)
def test_a_name_loses_its_dates_and_its_role(said: str, name: str) -> None:
    found = sru_messages.facts(response(dublin_core(creator=said)), isbn13=STRANGER)
    assert found is not None
    assert [one.removesuffix(".") for one in found.creators] == [name]


def test_a_record_of_another_book_is_not_taken() -> None:
    other, nameless = dublin_core(identifier="9787300113906", title="Another"), dublin_core(identifier="(DE-101)1")
    assert sru_messages.facts(response(other), isbn13=STRANGER) is None
    for records in ([other, nameless], [other, dublin_core()]):
        found = sru_messages.facts(response(*records), isbn13=STRANGER)
        assert found is not None
        assert found.title == "Der Fremde"


def test_a_record_packed_as_text_is_read_too() -> None:
    packed = marcxml().replace("&", "&amp;").replace("<", "&lt;")
    found = sru_messages.facts(response(packed), isbn13=DATA_STRUCTURES)
    assert found is not None
    assert found.title == "Data structures"


def test_a_broken_record_leaves_the_next_one_whole() -> None:
    found = sru_messages.facts(response("<record><leader/></record>", "<x/>", marcxml()), isbn13=DATA_STRUCTURES)
    assert found is not None


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = b'<!DOCTYPE a SYSTEM "file:///etc/passwd">'
WHOLE = response(marcxml())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"<html><body>Sign in</body></html>", b"<a>" * 300_000, WHOLE[:-40], b"null",
        WHOLE.replace(b"<zs:sea", BOMB + b"<zs:sea", 1), WHOLE.replace(b"<zs:sea", OUTSIDE + b"<zs:sea", 1),
        WHOLE.replace(b"utf-8", b"no-such-code").replace(b"UTF-8", b"no-such-code"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    """T-D1, T-I4"""
    with pytest.raises(SourceUnavailable):
        sru_messages.facts(body, isbn13=DATA_STRUCTURES)


def test_a_hostile_record_is_cleaned() -> None:
    """T-D1"""
    title = "&lt;script&gt;alert(1)&lt;/script&gt;Evil\u202e" + "x" * 3_000
    found = sru_messages.facts(response(dublin_core(title=title, subject=["y" * 500] * 400)), isbn13=STRANGER)
    assert found is not None
    assert "<" not in found.title
    assert (len(found.title) <= 500, len(found.subjects)) == (True, 1)


@pytest.mark.skipif(not MARC.is_dir(), reason="the shared data set is not here")
def test_real_answers_are_read() -> None:
    """Of Ghent University's server, and all 49 records of one of the BnF's, each asked for by its own number."""
    ghent = (MARC / "rero-ils__ugent_isbn_9780415773867.xml").read_bytes()
    found = sru_messages.facts(ghent, isbn13="9780415773867")
    assert found is not None
    assert (found.year, found.language) == (2010, "eng")
    bnf = gzip.decompress((MARC / "rero-ils__bnf_anywhere_all_peter.xml.gz").read_bytes())
    root = sru_messages._parsed(bnf)
    made = [sru_messages._facts(data[0]) for data in sru_messages.each(root, "recordData")]
    assert sum(1 for one in made if one and one.title and one.publisher) >= 40


def test_the_servers_known_here_can_be_asked(settings: Settings) -> None:
    settings.SRU_SERVERS = {name: {} for name in KNOWN_SRU}
    urls = [sru.address(one.server, STRANGER) for one in sru.sources()]
    assert len(urls) == len(KNOWN_SRU)
    assert all(url.startswith("https://") and STRANGER in url for url in urls)
