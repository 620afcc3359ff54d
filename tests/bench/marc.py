"""Records a second from MARC to facts that can be written, beside pymarc's bare reading of the same bytes in the same round.

The limit is half of pymarc's speed on the records of libraries, where the shared files lie beside the repository: one file of a
university library, and the ten largest one after the other, ISO 2709 and XML, whole and broken. The small records of our own tests,
of ten short fields, are shown without one: there the work for a record outweighs its reading. What the catalogue then does with the
facts, `harvest` measures.
"""

import gzip
import logging
import statistics
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, suppress
from io import BytesIO, StringIO
from pathlib import Path
from time import process_time
from xml.sax import SAXException

ROUNDS = 5
RECORDS = 1_000
LIMIT = 0.5  # of pymarc alone
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "marc"
REAL = DATA / "solrmarc__uva_001_2000.mrc.gz"
FILES = 10
KINDS = (".mrc", ".marc", ".iso", ".xml", ".gz")


def report() -> None:
    from tests.library_bridge.marc_records import cnmarc, marc21

    logging.getLogger("pymarc").setLevel(logging.ERROR)
    print(f"\n{'MARC to facts':<28}{'records/s':>10}{'of pymarc alone':>20}{'at least':>12}")
    if REAL.exists():
        _line("a library's records", [_bytes(REAL)], LIMIT)
        _line(f"the {FILES} largest real files", _largest(), LIMIT)
    for name, form in {"small, MARC 21": marc21, "small, CNMARC": cnmarc}.items():
        _line(name, [b"".join(form(f"m{number}").as_marc() for number in range(RECORDS))])


def _largest() -> list[bytes]:
    found = (path for path in DATA.iterdir() if path.name.endswith(KINDS))
    return [_bytes(path) for path in sorted(found, key=lambda path: path.stat().st_size)[-FILES:]]


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _line(name: str, sources: Sequence[bytes], limit: float | None = None) -> None:
    rounds = [(_measured(_bare, sources), _measured(_ours, sources)) for _round in range(ROUNDS)]
    ratio = statistics.median(bare / ours for (bare, _read), (ours, _made) in rounds)
    speed = statistics.median(made / ours for _bare_one, (ours, made) in rounds)
    told = f"{limit:>12.0%}{'' if ratio >= limit else '  missed'}" if limit else ""
    print(f"{name:<28}{speed:>10.0f}{ratio:>19.1%}{told}")


def _measured(act: Callable[[bytes], int], sources: Sequence[bytes]) -> tuple[float, int]:
    """Seconds of processor time, and records."""
    started = process_time()
    with redirect_stderr(StringIO()):  # pymarc writes a line there for each letter that it can't read
        done = sum(map(act, sources))
    return process_time() - started, done


def _bare(source: bytes) -> int:
    from pymarc import MARCReader, map_xml

    if not source.lstrip().startswith(b"<"):
        return sum(1 for _record in MARCReader(BytesIO(source)))
    read: list[object] = []
    with suppress(SAXException):  # as far as it comes
        map_xml(read.append, BytesIO(source))
    return len(read)


def _ours(source: bytes) -> int:
    from library_bridge.marc import files
    from library_bridge.ports import BibliographicRecord
    from personal_catalog.bulk import tidy
    from personal_catalog.records import facts_of

    read = (tidy(facts_of(found)) for found in files.read(BytesIO(source)) if isinstance(found, BibliographicRecord))
    return sum(1 for facts in read if facts.title)
