"""Records a second from MARC to facts that can be written, beside pymarc's bare reading of the same bytes in the same round.

The limit is half of pymarc's speed on the records of a university library, where the shared files lie beside the repository. The
small records of our own tests, of ten short fields, are shown without one: there the work for a record outweighs its reading.
What the catalogue then does with the facts, `harvest` measures.
"""

import gzip
import statistics
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter

ROUNDS = 5
RECORDS = 1_000
LIMIT = 0.5  # of pymarc alone
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "marc" / "solrmarc__uva_001_2000.mrc.gz"


def report() -> None:
    from tests.library_bridge.marc_records import cnmarc, marc21

    print(f"\n{'MARC to facts':<28}{'records/s':>10}{'of pymarc alone':>20}{'at least':>12}")
    if REAL.exists():
        _line("a library's records", gzip.decompress(REAL.read_bytes()), LIMIT)
    for name, form in {"small, MARC 21": marc21, "small, CNMARC": cnmarc}.items():
        _line(name, b"".join(form(f"m{number}").as_marc() for number in range(RECORDS)))


def _line(name: str, source: bytes, limit: float | None = None) -> None:
    bare, ours = zip(*((_rate(_bare, source), _rate(_ours, source)) for _round in range(ROUNDS)), strict=True)
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    told = f"{limit:>12.0%}{'' if ratio >= limit else '  missed'}" if limit else ""
    print(f"{name:<28}{statistics.median(ours):>10.0f}{ratio:>19.1%}{told}")


def _rate(act: Callable[[bytes], int], source: bytes) -> float:
    started = perf_counter()
    done = act(source)
    return done / (perf_counter() - started)


def _bare(source: bytes) -> int:
    from pymarc import MARCReader

    return sum(1 for _record in MARCReader(BytesIO(source)))


def _ours(source: bytes) -> int:
    from library_bridge.marc import files
    from library_bridge.ports import BibliographicRecord
    from personal_catalog.bulk import tidy
    from personal_catalog.records import facts_of

    read = (tidy(facts_of(found)) for found in files.read(BytesIO(source)) if isinstance(found, BibliographicRecord))
    return sum(1 for facts in read if facts.title)
