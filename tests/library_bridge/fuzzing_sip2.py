"""Messages, damaged messages and mere bytes, and what must hold for each."""

from contextlib import suppress

from hypothesis import strategies as st

from library_bridge.adapters.sip2 import messages
from library_bridge.adapters.sip2.layouts import FIXED, KNOWN, NEEDED, TEXTS
from library_bridge.adapters.sip2.messages import BadFrame, Message, believe, decode, encode, unwrap

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="|"), max_size=12)
IDS = st.text(st.sampled_from("0123456789AZaz.-"), min_size=1, max_size=14)
WORDS = "東方雜誌教育學院會計質遼漏叠馆藏汇文書院"
OF_CHARSET = {
    "utf-8": st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="|"), max_size=20),
    "gb18030": st.text(st.characters(codec="gb18030", exclude_categories=["Cc"], exclude_characters="|"), max_size=20),
    "gbk": st.text(st.sampled_from(WORDS.replace("叠", "") + "aZ 9"), max_size=20),
    "big5": st.text(st.sampled_from("東方雜誌教育學院會計質遼漏館藏aZ 9"), max_size=20),
    "iso-8859-1": st.text(st.characters(codec="iso-8859-1", exclude_categories=["Cc"], exclude_characters="|")),
    "ascii": ASCII,
}
CHARSETS = st.sampled_from(sorted(OF_CHARSET))


def _fixed(name: str, length: int) -> st.SearchStrategy[str]:
    if name == "date":
        return st.datetimes().map(lambda moment: f"{moment.year:04d}{moment:%m%d}    {moment:%H%M%S}")
    if name.endswith("_count"):
        return st.integers(0, 9999).map(lambda number: f"{number:0{length}d}")
    return st.text(st.sampled_from("YN 01U"), min_size=length, max_size=length)


@st.composite
def _messages(draw: st.DrawFn) -> tuple[Message, str]:
    """Of any kind, with the fields that its kind needs and some others."""
    charset = draw(CHARSETS)
    code = draw(st.sampled_from(sorted(FIXED)))
    fixed = tuple(draw(_fixed(name, length)) for name, length in FIXED[code])
    names = [*NEEDED.get(code, ()), *draw(st.lists(st.sampled_from(sorted(KNOWN)), max_size=6))]
    fields = [(name, draw(OF_CHARSET[charset] if name in TEXTS else IDS)) for name in names]
    return Message(code, fixed, tuple(draw(st.permutations(fields)))), charset


MESSAGES = _messages()
ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda head, tail: head.encode() + tail, st.sampled_from(sorted(FIXED)), st.binary(max_size=300)),
)


@st.composite
def _broken(draw: st.DrawFn) -> bytes:
    message, charset = draw(MESSAGES)
    raw = bytearray(encode(message, charset=charset, sequence=draw(st.integers(0, 9)), with_checksum=True))
    for _time in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(["cut", "put", "drop", "swap"])):
            case "cut":
                del raw[at:]
            case "put":
                raw[at:at] = draw(st.sampled_from([b"|", b"\x96", b"\xb7|", b"AA9|", b"\r", b"\x00", b"AY1AZ"]))
            case "drop":
                del raw[at : at + draw(st.integers(1, 5))]
            case "swap" if at < len(raw):
                raw[at] = draw(st.integers(0, 255))
    return bytes(raw)


BROKEN = _broken()


def check_round_trip(message: Message, charset: str) -> None:
    for sequence in (None, 0, 9):
        raw = encode(message, charset=charset, sequence=sequence, with_checksum=sequence is not None)
        assert decode(raw, charset=charset) == message
        if sequence is not None:
            assert (unwrap(raw).sequence, unwrap(raw).checked) == (sequence, True)


def check_bytes(raw: bytes, charset: str) -> None:
    """A message that could be looked at, or BadFrame; nothing else."""
    with suppress(BadFrame):
        message = decode(raw, charset=charset)
        assert [len(value) for value in message.fixed] == [length for _name, length in FIXED[message.code]]
        assert {name for name, _value in message.fields} <= KNOWN
        messages.is_damaged(message)


def check_belief(request: Message, answer: Message) -> None:
    try:
        believe(request, answer)
    except BadFrame:
        return
    for name in ("AA", "AB"):
        asked, told = request.get(name).strip(), answer.get(name).strip()
        assert not (asked and told) or asked.casefold() == told.casefold()
