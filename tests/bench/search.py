"""The search at several sizes on both engines, each size in a database and a process of its own.

    python -m tests.bench.search --sizes 10000,100000,1000000 --engines sqlite,postgres

Times are milliseconds, the median of three rounds for each of a hundred mixed questions. `bare` is the answer of the page in plain
statements on the same index, `one pass` the same as quick as we know to write it (search_bare.py). Nothing counted is kept from
one question to the next. PostgreSQL is asked when BENCH_POSTGRES names a server (postgres://postgres@127.0.0.1:5432) on which
databases may be made and dropped.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from tests import shared_data

MOST_OVER_BARE, MOST_GROWTH, LEAST_RECALL = 3, 4, 0.97
DATABASE = "bookrelay_bench_search"


def main() -> None:
    options = _options()
    if not shared_data.found():
        print("search: the shared data set is not here")
        return
    recall(_run("sqlite", 0)["recall"])
    for engine in options.engines.split(","):
        if engine == "postgres" and not os.environ.get("BENCH_POSTGRES"):
            print("\nsearch on PostgreSQL: BENCH_POSTGRES names no server")
            continue
        times(engine, [_run(engine, int(size)) for size in options.sizes.split(",")])


def recall(kinds: dict[str, list[float]]) -> None:
    print(f"\n{'recall in the first 10':<32}{'asked':>8}{'found':>8}{'of all expected':>18}")
    for name, (asked, found, share) in sorted(kinds.items()):
        print(f"{name:<32}{asked:>8.0f}{found / asked:>8.3f}{share / asked:>18.3f}")
    asked, found, share = (sum(column) for column in zip(*kinds.values(), strict=True))
    said = f"{'all':<32}{asked:>8.0f}{found / asked:>8.3f}{share / asked:>18.3f}"
    print(f"{said}   at least {LEAST_RECALL}: {_word(found / asked >= LEAST_RECALL)}")


def times(engine: str, reports: list[dict[str, Any]]) -> None:
    print(
        f"\n{'search, ' + engine:<20}{'bare p50':>10}{'p95':>8}{'one pass':>10}{'page p50':>11}{'p95':>8}{'typing p95':>12}"
        f"{'of bare SQL':>14}{'of one pass':>13}"
    )
    for report in reports:
        bare, one_pass, page, typing = (report["times"][name] for name in ("bare", "one_pass", "endpoint", "typing"))
        ratio = _at(page, 95) / _at(bare, 95)
        limit = f"at most {MOST_OVER_BARE}: {_word(ratio <= MOST_OVER_BARE)}"
        print(
            f"{report['titles']:<20,}{_at(bare, 50):>10.1f}{_at(bare, 95):>8.1f}{_at(one_pass, 95):>10.1f}"
            f"{_at(page, 50):>11.1f}{_at(page, 95):>8.1f}{_at(typing, 95):>12.1f}{ratio:>14.2f}"
            f"{_at(page, 95) / _at(one_pass, 95):>13.2f}   {limit}   loaded in {report['seconds']:.0f} s"
        )
    growth = _at(reports[-1]["times"]["endpoint"], 95) / _at(reports[0]["times"]["endpoint"], 95)
    print(
        f"growth of the page's p95 from first to last size {growth:.2f}   at most {MOST_GROWTH}: {_word(growth <= MOST_GROWTH)}"
    )


def _run(engine: str, size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "BOOKRELAY_VAR": folder, "DEMO": "0", "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        env.pop("DATABASE_URL", None)
        if engine == "postgres":
            psql(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
            env["DATABASE_URL"] = f"{os.environ['BENCH_POSTGRES']}/{DATABASE}"
        command = [sys.executable, "-m", "tests.bench.search_run", str(size)]
        try:
            done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
        finally:
            if engine == "postgres":
                psql(f"DROP DATABASE IF EXISTS {DATABASE}")
    return dict(json.loads(done.stdout.decode().splitlines()[-1]))


def psql(*statements: str) -> None:
    import psycopg

    with psycopg.connect(f"{os.environ['BENCH_POSTGRES']}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _at(figures: Sequence[float], percent: int) -> float:
    return sorted(figures)[len(figures) * percent // 100 - 1]


def _word(held: bool) -> str:
    return "yes" if held else "NO"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--engines", default="sqlite,postgres")
    return parser.parse_known_args()[0]


if __name__ == "__main__":
    main()
