"""Broken and hostile MARC (T-D1, T-D2, T-I4): one bad record is named and never costs another one."""

import gzip
from io import BytesIO
from itertools import islice

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import record_to_xml

from library_bridge.marc import files, iso2709, marcxml
from library_bridge.marc.files import Read
from library_bridge.marc.problems import Broken, told
from library_bridge.ports import BibliographicRecord, Gone
from tests.library_bridge.marc_records import cnmarc, marc21, recoded, record

GOOD = marc21().as_marc()
XML = record_to_xml(marc21(), namespace=True)


def read(source: bytes) -> list[Read]:
    return list(files.read(BytesIO(source)))


def titles(found: list[Read]) -> list[str]:
    return [one.title for one in found if isinstance(one, BibliographicRecord)]


def broken(found: list[Read]) -> list[Broken]:
    return [one for one in found if isinstance(one, Broken)]


@pytest.mark.parametrize(
    "bad",
    [
        GOOD[: len(GOOD) // 2] + b"\x1d",
        b"12" + b"\x1d",
        b"\x1d",
        GOOD[:24] + b"x" * 12 + GOOD[36:],
        GOOD[:30] + GOOD[31:],
        GOOD.replace(b"\x1e", b" "),
        marc21(_245=None).as_marc(),
        marc21(_245=[("c", "nobody")]).as_marc(),
        GOOD.replace(b"Data structures :", b"Data \xff\xfe\xfdctures :"),
        marc21(_245=[("a", "\x01\x02 \u200f")]).as_marc(),
    ],
)
def test_s4_a_broken_record_is_named_and_the_others_are_read(bad: bytes) -> None:
    found = read(GOOD + bad + GOOD)
    assert titles(found)[0] == titles(found)[-1] == "Data structures"
    assert len(titles(found)) == 2
    assert all(problem.reason and problem.mend for problem in broken(found))
    with translation.override("zh-hans"):
        assert all(told(said) != said for problem in broken(found) for said in (problem.reason, problem.mend))


def test_what_is_wrong_is_told_with_its_figures_in_either_language() -> None:
    [found] = broken(read(GOOD[:-3] + b"\x1e\x1e\x1d"))
    assert told(found.reason) == found.reason
    with translation.override("zh-hans"):
        assert told("its directory names 8 fields, and there are 9") == "目次区列出 8 个字段，实际有 9 个"
        assert told("what nobody wrote") == "what nobody wrote"


def test_s4_what_is_cut_off_at_the_end_is_said() -> None:
    found = read(GOOD + GOOD[:-20])
    assert len(titles(found)) == 1
    assert "cut off" in str(broken(found)[0])
    assert broken(found)[0].number == 2


def test_s4_lengths_counted_in_characters_are_put_right() -> None:
    """Many systems do so: each directory entry after the first Chinese field is wrong."""
    made = cnmarc()
    directory, data = "", ""
    for field in made.fields:
        raw = field.as_marc(encoding="utf-8").decode()
        directory += f"{field.tag}{len(raw):04d}{len(data):05d}"
        data += raw
    base = 24 + len(directory) + 1
    source = f"{base + len(data) + 1:05d}nam a22{base:05d}   450 {directory}\x1e{data}\x1d".encode()
    assert read(source) == read(made.as_marc())


@pytest.mark.parametrize("length", [b"00000", b"99999", b"abcde", b"00030"])
def test_s4_a_record_ends_at_its_terminator_whatever_length_it_claims(length: bytes) -> None:
    assert titles(read(GOOD + length + GOOD[5:] + GOOD)) == ["Data structures"] * 3


def test_s4_a_field_that_does_not_matter_may_be_unreadable() -> None:
    found = read(GOOD.replace(b"Textbooks.", b"Text\xff\xffoks."))
    assert titles(found) == ["Data structures"]


def test_s4_ten_megabytes_without_an_end_cost_one_record_and_no_memory() -> None:
    found = read(GOOD + GOOD[:40] + b"x" * 10_000_000 + b"\x1d" + GOOD)
    assert (len(titles(found)), len(broken(found))) == (2, 1)
    assert "longer than" in broken(found)[0].reason


def test_s4_ten_megabytes_in_one_element_cost_one_record() -> None:
    huge = XML.replace(b"Data structures", b"x" * 10_000_000, 1)
    found = read(b"<collection>" + XML + huge + XML + b"</collection>")
    assert len(titles(found)) == 2
    assert "longer than" in broken(found)[0].reason


@pytest.mark.parametrize(
    "bad",
    [
        XML.replace(b"</datafield>", b"", 1),
        XML.replace(b"Data structures", b"a < b", 1),
        XML.replace(b"Data structures", b"&lol9;", 1),
        XML.replace(b"Data structures", b"\xff\xfe", 1),
        XML.replace(b"</record>", b"", 1),
        XML.replace(b"<leader>", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><leader>", 1),
    ],
)
def test_s4_a_record_that_is_no_xml_is_named_and_the_others_are_read(bad: bytes) -> None:
    found = read(b"<collection>" + XML + bad + XML + b"</collection>")
    assert titles(found) == ["Data structures"] * 2
    assert [problem.name for problem in broken(found)] == ["b1"]


def test_s4_entities_are_never_expanded() -> None:
    """T-I4"""
    bomb = b'<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    found = read(bomb + b"<c>" + XML.replace(b"Data structures", b"&b;", 1) + XML + b"</c>")
    assert titles(found) == ["Data structures"]


def test_s4_control_characters_in_xml_are_left_out() -> None:
    found = read(b"<c>" + XML.replace(b"Data structures", b"Data\x1f &#x1F;struc&#31;tures", 1) + b"</c>")
    assert titles(found) == ["Data structures"]


def test_s4_a_record_inside_a_record_element_is_read_once() -> None:
    """As SRU and OAI answers have them."""
    wrapped = b"<s:record xmlns:s='urn:s'><s:recordData>" + XML + b"</s:recordData></s:record>"
    assert titles(read(b"<a>" + wrapped + wrapped + b"</a>")) == ["Data structures"] * 2


def test_s4_a_gzipped_file_is_unpacked_as_it_is_read() -> None:
    assert titles(read(gzip.compress(GOOD * 3))) == ["Data structures"] * 3


@pytest.mark.parametrize("cut", [2, 5, 60])
def test_s4_a_gzipped_file_that_is_cut_is_said_to_be(cut: int) -> None:
    [*_read, last] = read(gzip.compress(GOOD * 3)[:cut])
    assert isinstance(last, Broken)
    assert "unpacked" in last.reason


def test_s4_nothing_is_read_of_an_empty_file() -> None:
    assert [read(source) for source in (b"", b"\r\n", b"\x1a", b"<collection/>")] == [[], [], [], []]


def test_s4_a_files_records_can_be_passed_over() -> None:
    made = b"".join(record([("001", str(n)), ("245", [("a", str(n))])]).as_marc() for n in range(5))
    assert titles(list(files.read(BytesIO(made), skip=3))) == ["3", "4"]


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_s4_arbitrary_bytes_never_crash(noise: bytes) -> None:
    for source in (
        noise,
        GOOD[:24] + noise + b"\x1d",
        GOOD + noise + b"\x1d" + GOOD,
        b"<record>" + noise + b"</record>",
    ):
        assert all(isinstance(one, BibliographicRecord | Gone | Broken) for one in read(source))


@given(st.data())
@settings(max_examples=150)
def test_s4_a_record_with_bytes_changed_never_costs_its_neighbours(data: st.DataObject) -> None:
    made = bytearray(cnmarc().as_marc()[:-1])
    for _ in range(data.draw(st.integers(1, 6))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(
            st.integers(0, 255).filter(lambda byte: byte != 0x1D)
        )
    found = read(GOOD + bytes(made) + b"\x1d" + GOOD)
    assert titles(found[:1] + found[-1:]) == ["Data structures"] * 2


@given(st.binary(min_size=1, max_size=30).filter(lambda noise: not {0x1D, 0x1E, 0x1F} & set(noise)))
@settings(max_examples=150)
def test_s4_noise_in_marc8_never_crashes(noise: bytes) -> None:
    made = recoded(record([("001", "n1"), ("245", [("a", "title " + noise.decode("latin-1"))])], utf8=False), "latin-1")
    assert len(read(made)) == 1


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60))
@settings(max_examples=60)
def test_s4_whatever_a_title_is_made_of_iso_and_xml_say_the_same(title: str) -> None:
    made = record([("001", "t1"), ("200", [("a", title)])])
    assert read(made.as_marc()) == read(b"<c>" + record_to_xml(made) + b"</c>")


def test_s4_reading_takes_no_more_than_a_piece_at_a_time() -> None:
    """The first records come before the file is read to its end."""
    stream = BytesIO(GOOD * 5_000)
    assert len(list(islice(iso2709.chunks(stream), 3))) == 3
    assert stream.tell() <= 2 * iso2709.READ
    stream = BytesIO(b"<c>" + XML * 500)
    assert len(list(islice(marcxml.texts(stream), 3))) == 3
    assert stream.tell() <= 2 * marcxml.READ
