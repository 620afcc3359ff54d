"""The codec on recorded bytes and on what real systems do differently."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from library_bridge.adapters.sip2 import dates, messages
from library_bridge.adapters.sip2.messages import BadFrame, Garbled, Message, believe, decode, encode, unwrap

EXCHANGES = Path(__file__).parents[1] / "corpus" / "sip2_exchanges.txt"
CHARSETS = {"E23": "gbk", "E24": "big5"}
CAMPUS = ZoneInfo("Asia/Shanghai")
ITEM = "1804020120261123    235120"
NO_LEAD = {"big5": 88, "gbk": 118}


def recorded() -> Iterator[tuple[str, str, bytes]]:
    """Exchange, direction, frame."""
    exchange = ""
    for line in EXCHANGES.read_text(encoding="ascii").splitlines():
        if line.startswith("# E"):
            exchange = line.split()[1]
        elif line[:2] in ("> ", "< "):
            raw = re.sub(rb"\\x([0-9a-f]{2})", lambda hit: bytes.fromhex(hit[1].decode()), line[2:].encode())
            yield exchange, line[0], raw


FRAMES = list(recorded())


@pytest.mark.parametrize(("exchange", "direction", "raw"), FRAMES)
def test_s1_recorded_frames_are_read_and_written_again(exchange: str, direction: str, raw: bytes) -> None:
    charset, frame = CHARSETS.get(exchange, "utf-8"), unwrap(raw)
    is_wrong_on_purpose = exchange == "E21" and direction == ">"
    assert frame.checked is not is_wrong_on_purpose
    message = decode(raw, charset=charset)
    again = encode(message, charset=charset, sequence=frame.sequence, with_checksum=True)
    assert again == raw or is_wrong_on_purpose
    assert not messages.is_damaged(message)


def test_recorded_answers_tell_what_they_told() -> None:
    told = {
        exchange: decode(raw, charset=CHARSETS.get(exchange, "utf-8")) for exchange, way, raw in FRAMES if way == "<"
    }
    assert told["E2"]["version"] == "2.00"
    assert (told["E4"].get("BL"), told["E4"].get("CQ")) == ("Y", "N")
    assert told["E6"].all("AU") == ("01100231", "01100232", "01100233", "01100235")
    assert (told["E6"]["charged_count"], told["E8"].get("CF"), told["E9"].get("AJ")) == ("0004", "1", "")
    assert (told["E10"]["ok"], told["E10"].get("AH"), told["E11"].get("AA")) == ("0", "", "2100417")
    assert (told["E23"].get("AE"), told["E24"].get("AE")) == ("東方明", "育文")


@pytest.mark.parametrize(
    ("frame", "charset", "expected"),
    [
        ("9900802.00AY1AZ", "ascii", b"FCA0"),
        ("941AY0AZ", "ascii", b"FDFD"),
        ("97AZ", "ascii", b"FEF5"),
        ("96AZ", "ascii", b"FEF6"),
        ("AJ東方雜誌|AY4AZ", "gbk", b"F88E"),
        ("AJ東方雜誌|AY4AZ", "utf-8", b"F4E9"),
    ],
)
def test_s1_the_checksum_is_over_bytes(frame: str, charset: str, expected: bytes) -> None:
    assert messages.checksum(frame.encode(charset)) == expected


@pytest.mark.parametrize(
    ("trailer", "sequence", "checked"),
    [
        (b"", None, None),
        (b"AY1AZFDFC", 1, True),
        (b"AY1AZfdfc", 1, False),  # lower case
        (b"AY1AZ0000", 1, False),
        (b"AY1AZFDF", 1, False),
        (b"AY1", 1, None),
        (b"AZFED0", None, False),
    ],
)
def test_s1_trailers_of_all_kinds_are_told_apart(trailer: bytes, sequence: int | None, checked: bool | None) -> None:
    found = unwrap(b"941" + trailer)
    assert (found.body, found.sequence, found.checked) == (b"941", sequence, checked)


@pytest.mark.parametrize("around", [(b"", b""), (b"\n", b""), (b"\r\n\r\n", b"\n"), (b"", b"\n\r")])
def test_s2_ends_of_lines_are_not_part_of_a_frame(around: tuple[bytes, bytes]) -> None:
    assert decode(around[0] + b"941AY0AZFDFD" + around[1]) == Message("94", ("1",))


def _with_7c(charset: str) -> list[str]:
    found = []
    for lead in range(0x81, 0xFF):
        try:
            found.append(bytes([lead, 0x7C]).decode(charset))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("charset", ["big5", "gbk"])
@pytest.mark.parametrize("form", ["{}", "{}B", "B{}", "A{}B{}", "{}CK"])
def test_s4_a_second_byte_like_the_delimiter_is_part_of_its_character(charset: str, form: str) -> None:
    characters = _with_7c(charset)
    assert len(characters) == NO_LEAD[charset]
    for character in characters:
        title = form.replace("{}", character)
        raw = ITEM.encode() + f"AB0110|AJ{title}|CK001|CF2|AH20261130    235120|".encode(charset)
        message = decode(raw, charset=charset)
        assert (message.get("AJ"), message.get("AB"), message.get("CF")) == (title, "0110", "2")


@pytest.mark.parametrize("charset", ["big5", "gbk", "gb18030"])
@pytest.mark.parametrize("lost", ["CF2", "CK001", "AH20261130    235120", "AB0110"])
def test_s4_a_cut_character_does_not_take_the_next_field_along(charset: str, lost: str) -> None:
    rest = "" if lost.startswith("AB") else "AB0110|"
    raw = ITEM.encode() + rest.encode() + "AJ國".encode(charset) + b"\xb7|" + f"{lost}|".encode()
    message = decode(raw, charset=charset)
    assert message.get(lost[:2]) == lost[2:]
    assert message.get("AJ") == "國\ufffd"


@pytest.mark.parametrize(
    ("written", "read"), [("gbk", "utf-8"), ("big5", "ascii"), ("utf-8", "big5"), ("utf-8", "gbk")]
)
def test_s4_with_the_wrong_character_set_the_ids_are_right_and_it_shows(written: str, read: str) -> None:
    raw = ITEM.encode() + "AB0110|AJ東方雜誌|CF1|".encode(written)
    message = decode(raw, charset=read)
    assert (message.get("AB"), message.get("CF")) == ("0110", "1")
    assert message.get("AJ") != "東方雜誌"
    assert messages.is_damaged(message) or read in ("gbk", "big5")


def test_t_i10_the_second_character_set_is_used_only_where_it_is_set() -> None:
    raw = ITEM.encode() + "AB0110|AJ東方雜誌|".encode("gb18030")
    assert decode(raw, fallback="gb18030").get("AJ") == "東方雜誌"
    assert messages.is_damaged(decode(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"9",
        b"94",
        b"None",
        b"1804020120261123    23512AB0110|AJ|",  # short by one
        b"1804020120261123    2351200AB0110|AJ|",  # long by one
        b"18040201 0261123    23512xAB0110|",
        b"64              00020261123    23512000000000000x000000000000AOMAIN|AA2|",
        b"64              00020261123    235120000000000004AA2|",
        b"18\xe6\x9c020120261123    235120AB0110|",
        b"770",
        b"94" + b"1" * (64 * 1024),
    ],
)
def test_s6_what_is_no_whole_message_is_not_believed(raw: bytes) -> None:
    with pytest.raises(Garbled):
        decode(raw)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("CK001|AJSoil|AB0110|", {"AB": "0110", "AJ": "Soil"}),  # any order
        ("AB0110||AJSoil||", {"AB": "0110", "AJ": "Soil"}),  # empty segments
        ("AB0110|AB0999|AJSoil|AJRock|", {"AB": "0110", "AJ": "Soil"}),  # the first wins
        ("AB0110|zzSoil|KQ1|U4x|PX20261123|", {"AB": "0110", "AJ": ""}),  # a vendor's own
        ("ab0999|AB0110|AJSoil|", {"AB": "0110", "AJ": "Soil"}),  # lower case is no id
        ("AB0110|AJa|b|CK001|", {"AB": "0110", "AJ": "a|b"}),  # a raw delimiter in a text
        ("AB0110|AJAC&#124;DC|", {"AB": "0110", "AJ": "AC&#124;DC"}),
        ("AB0110|AJ|", {"AB": "0110", "AJ": ""}),
        ("AB0110|AJSoil", {"AB": "0110", "AJ": "Soil"}),  # no last delimiter
    ],
)
def test_s6_fields_as_they_come(fields: str, expected: dict[str, str]) -> None:
    message = decode(ITEM.encode() + fields.encode())
    assert {name: message.get(name) for name in expected} == expected


@pytest.mark.parametrize("value", ["a|b", "a\rb", "a\nb", "\x00", "a\x7f"])
def test_s10_a_request_that_would_be_more_than_one_is_not_written(value: str) -> None:
    with pytest.raises(BadFrame):
        encode(Message("17", ("20261123    235120",), (("AO", ""), ("AB", value), ("AC", ""))))


@pytest.mark.parametrize(
    ("answer", "is_believed"),
    [
        ({"AB": "0110", "AA": "21"}, True),
        ({"AB": " 0110 ", "AA": "21"}, True),
        ({"AB": "0111", "AA": "21"}, False),
        ({"AB": "0110", "AA": "22"}, False),
        ({"AB": "0110"}, False),
        ({"AB": "０１１０", "AA": "21"}, False),
    ],
)
def test_i4_an_answer_counts_for_the_card_and_the_item_that_were_asked_for(
    answer: dict[str, str], is_believed: bool
) -> None:
    request = Message("11", fields=(("AA", "21"), ("AB", "0110")))
    told = Message("12", ("1", "N", "N", "N", "20261123    235120"), tuple(answer.items()))
    if is_believed:
        believe(request, told)
    else:
        with pytest.raises(BadFrame):
            believe(request, told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261207    235120", "2026-12-07T23:51:20+08:00"),
        ("20261207   Z155900", "2026-12-07T23:59:00+08:00"),
        ("20261207 EST235120", "2026-12-07T23:51:20+08:00"),
        ("20261207", "2026-12-07T23:59:00+08:00"),
        ("2026-12-07", "2026-12-07T23:59:00+08:00"),
        ("07.12.2026", "2026-12-07T23:59:00+08:00"),
        ("2026/12/07 20:00", "2026-12-07T20:00:00+08:00"),
        ("20261207235120", "2026-12-07T23:51:20+08:00"),
        ("2026-12-07T20:00:00", "2026-12-07T20:00:00+08:00"),
        ("2026年12月7日", "2026-12-07T23:59:00+08:00"),
        ("20260231235120", None),
        ("12/07/2026", None),  # day or month first: only the library knows
        ("20260231    235120", None),
        ("2026-02-31", None),
        ("00000000    000000", None),
        ("99999999    999999", None),
        ("", None),
        ("soon", None),
    ],
)
def test_k11_dates_in_the_forms_that_systems_write(text: str, expected: str | None) -> None:
    found = dates.parse(text, zone=CAMPUS)
    assert (found.isoformat() if found else None) == expected


def test_k11_the_librarys_own_forms_come_first() -> None:
    found = dates.parse("07/12/2026", zone=CAMPUS, formats=("%d/%m/%Y",))
    assert found == datetime(2026, 12, 7, 15, 59, tzinfo=UTC)


@pytest.mark.parametrize("day", ["20261024", "20261025", "20261026"])
def test_k11_the_days_around_the_end_of_summer_time(day: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = dates.parse(f"{day}    235900", zone=berlin)
    assert found is not None
    assert dates.stamp(found, berlin) == f"{day}    235900"
