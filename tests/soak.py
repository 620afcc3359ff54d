"""`make soak`: the long run of what `make test` does in short. 50,000 SIP2 frames through the codec, a fifth of them damaged on
the way and a fifth mere bytes; says how many of each were messages and how much of the processor's time the slowest took."""

import sys
from collections import Counter
from time import perf_counter, thread_time

from hypothesis import HealthCheck, given, settings

from library_bridge.adapters.sip2.messages import BadFrame, Message, decode
from tests.library_bridge import fuzzing_sip2
from tests.library_bridge.fuzzing_sip2 import ANY_BYTES, BROKEN, CHARSETS, MESSAGES

WHOLE, DAMAGED, BYTES = 30_000, 10_000, 10_000
CHUNK = 1_000  # hypothesis keeps what it has seen: many short runs need less memory than a long one


class Tally:
    def __init__(self) -> None:
        self.frames: Counter[str] = Counter()
        self.read: Counter[str] = Counter()
        self.slowest = 0.0

    def take(self, kind: str, raw: bytes, charset: str) -> None:
        started = thread_time()
        try:
            decode(raw, charset=charset)
            self.read[kind] += 1
        except BadFrame:
            pass
        self.slowest = max(self.slowest, thread_time() - started)
        self.frames[kind] += 1


def main() -> None:
    tally, started = Tally(), perf_counter()
    for kind, run, number in (("whole", whole, WHOLE), ("damaged", damaged, DAMAGED), ("bytes", any_bytes, BYTES)):
        while (missing := number - tally.frames[kind]) > 0:
            run(tally, min(missing, CHUNK))
    for kind, number in tally.frames.items():
        print(f"{kind:<10}{number:>8} frames{tally.read[kind]:>8} read")
    total = tally.frames.total()
    print(f"{total} frames in {perf_counter() - started:.0f} s, the slowest in {tally.slowest * 1000:.1f} ms; no fault")
    sys.exit(total < WHOLE + DAMAGED + BYTES)


def _lasting(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def whole(tally: Tally, examples: int) -> None:
    @_lasting(examples)
    @given(MESSAGES)
    def run(made: tuple[Message, str]) -> None:
        message, charset = made
        fuzzing_sip2.check_round_trip(message, charset)
        tally.take("whole", fuzzing_sip2.encode(message, charset=charset), charset)

    run()


def damaged(tally: Tally, examples: int) -> None:
    @_lasting(examples)
    @given(BROKEN, CHARSETS)
    def run(raw: bytes, charset: str) -> None:
        fuzzing_sip2.check_bytes(raw, charset)
        tally.take("damaged", raw, charset)

    run()


def any_bytes(tally: Tally, examples: int) -> None:
    @_lasting(examples)
    @given(ANY_BYTES, CHARSETS)
    def run(raw: bytes, charset: str) -> None:
        fuzzing_sip2.check_bytes(raw, charset)
        tally.take("bytes", raw, charset)

    run()


if __name__ == "__main__":
    main()
