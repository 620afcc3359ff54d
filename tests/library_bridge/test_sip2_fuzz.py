"""S14: whatever comes is a message or the codec's own error, and what we write we read again. Some hundred frames here; many more
by `make soak`."""

from hypothesis import given, settings

from library_bridge.adapters.sip2.messages import Message
from tests.library_bridge import fuzzing_sip2
from tests.library_bridge.fuzzing_sip2 import ANY_BYTES, BROKEN, CHARSETS, MESSAGES

quick = settings(max_examples=125)


@quick
@given(MESSAGES)
def test_s14_what_is_written_is_read_again(message: tuple[Message, str]) -> None:
    fuzzing_sip2.check_round_trip(*message)


@quick
@given(ANY_BYTES, CHARSETS)
def test_s14_any_bytes_are_a_message_or_a_bad_frame(raw: bytes, charset: str) -> None:
    fuzzing_sip2.check_bytes(raw, charset)


@quick
@given(BROKEN, CHARSETS)
def test_s14_and_so_is_a_message_that_was_damaged_on_the_way(raw: bytes, charset: str) -> None:
    fuzzing_sip2.check_bytes(raw, charset)


@quick
@given(MESSAGES, MESSAGES)
def test_i4_no_answer_is_believed_for_another_card_or_item(
    request: tuple[Message, str], answer: tuple[Message, str]
) -> None:
    fuzzing_sip2.check_belief(request[0], answer[0])


def test_s14_the_longest_frame_takes_a_moment_only() -> None:
    for filling in (b"|", b"AJ", b"\x96|", b"\xff", b"|CF1", b"A|", b"AY1AZ"):
        raw = b"1804020120261123    235120AB1|AJ" + filling * (64 * 1024 // len(filling) - 20)
        for charset in ("utf-8", "gb18030", "big5"):
            fuzzing_sip2.check_bytes(raw, charset)
