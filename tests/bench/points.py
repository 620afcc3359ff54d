"""The pages of points and the work of the night on ledgers of several sizes, beside plain SQL of the same answer in the same run.

    BENCH_POSTGRES=postgres://postgres@127.0.0.1:5432 python -m tests.bench.points --postings 1000000,10000000

Milliseconds; each reader is asked about in turn by every way, the median of the rounds counts. Beside the bare SQL stands what the
page asks of the database, less what the frame asks that is around every page; then the whole page with its template, and a page on
which nothing of points stands. The server that BENCH_POSTGRES
names has to let databases be made and dropped, by a superuser: the ledgers are written with the guards off. Without it SQLite is
asked, up to 200,000 postings.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from tests.bench.search import psql

DATABASE = "bookrelay_bench_points"
MOST_OVER_BARE, MOST_OVER_LINEAR, MOST_ON_SQLITE = 2, 1.3, 200_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postings", default="100000,200000")
    sizes = [int(size) for size in parser.parse_known_args()[0].postings.split(",")]
    server = os.environ.get("BENCH_POSTGRES")
    engine = "PostgreSQL" if server else "SQLite; BENCH_POSTGRES names no server"
    print(f"\npoints on {engine}")
    report(_run(server, sizes if server else [size for size in sizes if size <= MOST_ON_SQLITE] or [MOST_ON_SQLITE]))


def report(runs: list[dict[str, Any]]) -> None:
    print(
        f"{'postings':<12}{'':<14}{'bare p50':>10}{'p95':>8}{'page p50':>10}{'p95':>8}{'of bare':>9}{'':<17}{'whole page':>12}{'frame':>8}"
    )
    for run in runs:
        for page, times in run["pages"].items():
            bare, asked, frame = (times[f"{way}'s sql"] for way in ("bare", "page", "frame"))
            own = [max(figure - of_frame, 0) for figure, of_frame in zip(asked, frame, strict=True)]
            held = "yes" if own[1] <= bare[1] * MOST_OVER_BARE else "NO"
            print(
                f"{run['postings']:<12,}{page:<14}{bare[0]:>10.1f}{bare[1]:>8.1f}{own[0]:>10.1f}{own[1]:>8.1f}{own[1] / bare[1]:>9.2f}"
                f"   at most {MOST_OVER_BARE}: {held:<3}{times['page'][0]:>12.1f}{times['frame'][0]:>8.1f}"
            )
    print(
        f"\n{'postings':<12}{'loaded s':>10}{'lists s':>10}{'bare s':>10}{'subtotals s':>13}{'accounts':>10}{'awards/s':>11}{'bare/s':>9}"
    )
    for run in runs:
        print(
            f"{run['postings']:<12,}{run['loaded']:>10.0f}{run['lists']:>10.2f}{run['bare_lists']:>10.2f}{run['subtotals']:>13.2f}"
            f"{run['accounts']:>10,}{run['awards']:>11.0f}{run['bare_awards']:>9.0f}"
        )
    first, last = runs[0], runs[-1]
    grown, more = last["lists"] / first["lists"], last["postings"] / first["postings"]
    held = "yes" if grown <= more * MOST_OVER_LINEAR else "NO"
    print(
        f"the night's lists took {grown:.1f} times as long on {more:.0f} times the postings   at most {MOST_OVER_LINEAR} of it: {held}"
    )


def _run(server: str | None, sizes: list[int]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "BOOKRELAY_VAR": folder, "DEMO": "0", "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        env.pop("DATABASE_URL", None)
        if server:
            psql(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
            env["DATABASE_URL"] = f"{server}/{DATABASE}"
        command = [sys.executable, "-m", "tests.bench.points_run", *map(str, sizes)]
        try:
            done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
        finally:
            if server:
                psql(f"DROP DATABASE IF EXISTS {DATABASE}")
    return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]


if __name__ == "__main__":
    main()
