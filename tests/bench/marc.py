"""Records a second from MARC to facts that can be written, beside pymarc's bare reading of the same bytes in the same round.

The limit is half of pymarc's speed. What the catalogue then does with the facts, `harvest` measures.
"""

import statistics
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from time import perf_counter

ROUNDS = 5
RECORDS = 1_000
LIMIT = 0.5  # of pymarc alone


def report() -> None:
    from tests.library_bridge.marc_records import cnmarc, marc21

    made = {"MARC 21": marc21, "CNMARC": cnmarc}
    print(f"\n{'MARC to facts':<28}{'records/s':>10}{'of pymarc alone':>20}{'at least':>12}")
    for name, form in made.items():
        source = b"".join(form(f"m{number}").as_marc() for number in range(RECORDS))
        bare, ours = zip(*((_rate(_bare, source), _rate(_ours, source)) for _round in range(ROUNDS)), strict=True)
        ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
        print(
            f"{name:<28}{statistics.median(ours):>10.0f}{ratio:>19.1%}{LIMIT:>12.0%}{'' if ratio >= LIMIT else '  missed'}"
        )


def _rate(act: Callable[[bytes], int], source: bytes) -> float:
    started = perf_counter()
    assert act(source) == RECORDS
    return RECORDS / (perf_counter() - started)


def _bare(source: bytes) -> int:
    from pymarc import MARCReader

    return sum(1 for _record in MARCReader(BytesIO(source)))


def _ours(source: bytes) -> int:
    from library_bridge.marc import files
    from library_bridge.ports import BibliographicRecord
    from personal_catalog.facts import typed
    from personal_catalog.records import facts_of

    read = (
        typed(asdict(facts_of(found)))
        for found in files.read(BytesIO(source))
        if isinstance(found, BibliographicRecord)
    )
    return sum(1 for facts in read if facts.title)
