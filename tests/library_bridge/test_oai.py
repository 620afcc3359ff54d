"""OAI-PMH over a real socket: pages, tokens, date stamps, deletions, and repositories that misbehave."""

from collections.abc import Iterator

import pytest

from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken
from library_bridge.ports import BibliographicRecord, Gone, Unavailable
from library_bridge.records import oai, oai_messages
from library_bridge.records.oai import OaiRepository
from library_bridge.records.portions import Portion
from tests.library_bridge import repositories
from tests.library_bridge.marc_records import cnmarc, marc21
from tests.library_bridge.repositories import Repository, framed


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setattr(oai.time, "sleep", lambda seconds: None)
    with repositories.serving() as running:
        for number in range(1, 6):
            running.holds(str(number), marc21(number=f"b{number}", title=f"Title {number} /"))
        yield running


def portions(repository: Repository, after: str = "", **how: str) -> list[Portion]:
    return list(OaiRepository(repository.url, **how).portions(after))


def changes(repository: Repository, after: str = "", **how: str) -> list[Read]:
    return [change for portion in portions(repository, after, **how) for change in portion.changes]


def names(read: list[Read]) -> list[str]:
    return [one.name if isinstance(one, Broken) else one.record_id for one in read]


def test_s4_all_pages_are_read_with_the_marc_that_the_repository_has(repository: Repository) -> None:
    found = changes(repository)
    assert names(found) == ["1", "2", "3", "4", "5"]
    assert isinstance(found[0], BibliographicRecord)
    assert found[0].title == "Title 1"
    assert [asked.get("metadataPrefix", "") for asked in repository.lists()] == ["marc21", "", ""]


def test_s4_a_page_tells_where_to_go_on(repository: Repository) -> None:
    first = portions(repository)[0]
    assert names(changes(repository, after=first.place)) == ["3", "4", "5"]


def test_s4_only_what_is_newer_than_the_date_stamp_is_asked_for(repository: Repository) -> None:
    repository.holds("9", cnmarc(), on="2026-11-20T00:00:00Z")
    repository.deletes("2", on="2026-11-21T00:00:00Z")
    assert changes(repository, since="2026-11-15T00:00:00Z")[0] == Gone("2")
    assert names(changes(repository, since="2026-11-15T00:00:00Z")) == ["2", "9"]
    assert repository.lists()[-1]["from"] == "2026-11-15T00:00:00Z"
    assert repository.lists()[-1]["until"] == repository.now


def test_s4_days_are_asked_for_where_the_repository_knows_only_days(repository: Repository) -> None:
    repository.granularity = "YYYY-MM-DD"
    [*_all, last] = portions(repository, since="2026-10-15T00:00:00Z")
    assert (repository.lists()[0]["from"], last.stamp) == ("2026-10-15", "2026-11-24")


def test_s4_a_repository_that_forgets_deletions_is_read_whole_each_time(repository: Repository) -> None:
    repository.deleted_record = "no"
    source = OaiRepository(repository.url, since="2026-11-15T00:00:00Z")
    assert len([change for portion in source.portions("") for change in portion.changes]) == 5
    assert source.lists_all


def test_s4_an_expired_token_means_beginning_anew(repository: Repository) -> None:
    repository.expired.add("4|")
    assert names(changes(repository)) == ["1", "2", "3", "4", "1", "2", "3", "4", "5"]


def test_s4_nothing_new_is_no_fault(repository: Repository) -> None:
    assert changes(repository, since="2026-12-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "bad", ["<record><leader>", "&nosuch;", "<record><datafield tag='245'></record>", "<dc>no MARC</dc>", "\x01"]
)
def test_s4_a_broken_record_is_skipped_and_named(repository: Repository, bad: str) -> None:
    repository.holds("3", bad)
    found = changes(repository)
    assert names(found) == ["1", "2", "3", "4", "5"]
    assert [str(one)[:14] for one in found if isinstance(one, Broken)] == ["record 3 (3): "]


def test_s4_a_busy_repository_is_asked_again(repository: Repository) -> None:
    busy = (503, {"Retry-After": "1"}, b"")
    repository.ahead += [lambda asked: None, lambda asked: busy, lambda asked: busy]
    assert len(changes(repository)) == 5


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (200, {}, b"<html>Please sign in</html>"),
        (200, {}, b""),
        (200, {}, framed("<ListRecords>")[2][:-12]),
        (200, {}, b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + framed("")[2]),
        framed('<error code="badArgument"/>'),
    ],
)
def test_s4_what_is_no_answer_is_not_believed(repository: Repository, answer: repositories.Answer) -> None:
    """T-I4, T-I5, T-I6"""
    repository.ahead += [lambda asked: None] * 2 + [lambda asked: answer] * 3
    with pytest.raises(Unavailable):
        portions(repository)


def test_s4_a_repository_that_gives_the_same_token_for_ever_is_left(repository: Repository) -> None:
    repository.ahead += [lambda asked: None] * 2
    again = framed("<ListRecords><resumptionToken>same</resumptionToken></ListRecords>")
    repository.ahead += [lambda asked: again] * 2
    with pytest.raises(Unavailable, match="again and again"):
        portions(repository)


def test_s4_a_repository_without_marc_says_what_it_has(repository: Repository) -> None:
    repository.formats = ("oai_dc", "mods")
    with pytest.raises(Unavailable, match="oai_dc, mods"):
        portions(repository)


@pytest.mark.parametrize(
    ("identifier", "number"),
    [
        ("oai:opac.example.edu:123", "123"),
        ("KOHA-OAI:7", "7"),
        ("oai:folio.org:t/a-b", "t/a-b"),
        ("oai:x:a:1", "a:1"),
        ("5", "5"),
    ],
)
def test_s4_an_identifier_names_the_librarys_own_record(identifier: str, number: str) -> None:
    assert oai_messages.record_id(identifier) == number
