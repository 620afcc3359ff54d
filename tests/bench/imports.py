"""Files into the catalogue and onto a shelf, on PostgreSQL: rows a second and the memory of the process, beside the limits.

Each measurement is a process of its own, so that its memory is its own too; "at start" is what Django, Wagtail and the
applications hold before the first row. The rows are made by recombination of the shared data set, or of the campus list where
that is not here. `python -m tests.bench.imports`; BENCH_DATABASE_URL names another server.
"""

import csv
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/bookrelay_bench_imports")
FEWEST_PER_SECOND, MOST_MEGABYTES, MOST_GROWTH = 300, 200, 1.15
FEW, MANY = 10_000, 100_000


def report() -> None:
    if problem := _fresh_database():
        print(f"imports are not measured: there is no PostgreSQL to measure them on (BENCH_DATABASE_URL): {problem}")
        return
    with tempfile.TemporaryDirectory() as folder:
        few, many, other = (Path(folder) / f"{name}.csv" for name in ("few", "many", "other"))
        _write(few, 0, FEW)
        _write(many, FEW, MANY)
        _write(other, FEW + MANY, FEW)
        print(f"{'import on PostgreSQL':<44}{'rows':>9}{'rows/s':>9}{'limit':>8}{'MB':>7}{'at start':>10}{'limit':>7}")
        peaks = [_line("titles from a table", "titles", few)]
        _line("the same again: nothing new", "titles", few)
        peaks.append(_line("titles from a table", "titles", many))
        _apart("local list", other)
        _line("a reader's shelf, from the local list", "shelf", other)
        growth = peaks[1] / peaks[0]
        print(f"memory from {FEW:,} to {MANY:,} rows: × {growth:.2f} (limit × {MOST_GROWTH})")
    _every_file()


def _line(name: str, what: str, path: Path) -> float:
    seen = _apart(what, path)
    rate = seen["rows"] / seen["seconds"]
    memory = f"{seen['megabytes']:>7.0f}{seen['at_start']:>10.0f}{MOST_MEGABYTES:>7}"
    print(f"{name:<44}{seen['rows']:>9,}{rate:>9.0f}{FEWEST_PER_SECOND:>8}{memory}", flush=True)
    return float(seen["megabytes"])


def _every_file() -> None:
    """Whole, one after the other: what a real file of each kind becomes."""
    files = [*sorted((DATA / "exports").glob("*")), DATA / "books.csv.gz", DATA / "books_zh.csv.gz"]
    print(f"\n{'real files':<54}{'total':>8}{'created':>9}{'matched':>9}{'failed':>8}{'seconds':>9}")
    for path in files:
        if path.exists():
            seen = _apart("titles", path)["summary"]
            figures = "".join(
                f"{seen[name]:>{width}}" for name, width in (("created", 9), ("matched", 9), ("failed", 8))
            )
            print(f"{path.name:<54}{seen['total']:>8}{figures}{seen['seconds']:>9}", flush=True)


def _apart(what: str, path: Path) -> dict:
    environment = {
        **os.environ, "DATABASE_URL": SERVER, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "BOOKRELAY_VAR": tempfile.gettempdir(),
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.bench.imports", what, str(path)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(what: str, path: Path) -> None:
    import django

    django.setup()
    at_start, began = _peak(), perf_counter()
    acts: dict[str, Callable[[Path], dict]] = {
        "titles": _titles, "local list": _local_list, "shelf": _shelf, "migrate": _migrate,
    }  # fmt: skip
    summary = acts[what](path)
    seconds = summary.get("seconds") or perf_counter() - began
    seen = {"rows": summary.get("total"), "seconds": seconds, "megabytes": _peak(), "at_start": at_start}
    print(json.dumps({**seen, "summary": summary}))


def _peak() -> float:
    """Megabytes, the most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _migrate(_path: Path) -> dict:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {}


def _titles(path: Path) -> dict:
    from io import StringIO

    from django.core.management import call_command

    out = StringIO()
    call_command("import_titles", str(path), "--json", stdout=out)
    summary = json.loads(out.getvalue())
    return {name: value for name, value in summary.items() if name != "problems"}


def _local_list(path: Path) -> dict:
    from personal_catalog.lookup.load import load_local_records

    return {"total": sum(load_local_records(path))}


def _shelf(path: Path) -> dict:
    """From the upload to the last copy, with what the local list, read beforehand, knows of these books."""
    from django.utils import timezone

    from library_bridge.models import Reader
    from personal_catalog import import_runs, imports

    reader = Reader.objects.create(username=f"reader-{timezone.now():%H%M%S%f}", display_name="Alice")
    began = perf_counter()
    job = imports.start_import(reader=reader, content=path.read_bytes(), format="auto", commit=True, now=timezone.now())
    job = import_runs.run_import(job_id=job.pk, now=timezone.now())
    assert (job.created, job.status) == (job.total, "done"), (job.created, job.failed, job.status)
    return {"total": job.total, "created": job.created, "seconds": perf_counter() - began}


def _fresh_database() -> str:
    """What is wrong when there is no server; empty when the database stands."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    name = conninfo_to_dict(SERVER)["dbname"]
    try:
        with psycopg.connect(SERVER.rsplit("/", 1)[0] + "/postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}"')
            server.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError as problem:
        return " ".join(str(problem).split())
    _apart("migrate", Path())
    return ""


def _write(path: Path, first: int, count: int) -> None:
    """New books: the title of one, the creators of another, the rest of a third."""
    rows, chance = _books(), random.Random(first)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("书名", "作者", "出版社", "出版年", "ISBN"))
        for number in range(first, first + count):
            title, creators, rest = (chance.choice(rows) for _ in range(3))
            table.writerow((title[0], creators[1], rest[2], rest[3], _isbn13(number)))


def _books() -> list[tuple[str, ...]]:
    found = list(_shared("books_zh.csv.gz", "title creators publisher year")) if DATA.exists() else []
    found += (
        list(_shared("books.csv.gz", "title authors language_code original_publication_year")) if DATA.exists() else []
    )
    if found:
        return found
    with (ROOT / "sharing" / "demo" / "titles.csv").open(encoding="utf-8", newline="") as file:
        return [(row["title"], row["creators"], row["publisher"], row["year"]) for row in csv.DictReader(file)]


def _shared(name: str, columns: str) -> Iterator[tuple[str, ...]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple(row[column] for column in columns.split())


def _isbn13(number: int) -> str:
    twelve = f"97972{number:07d}"
    return f"{twelve}{-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve)) % 10}"


if __name__ == "__main__":
    measure(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else report()
