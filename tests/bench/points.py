"""The pages of points and the work of the night on ledgers of several sizes, beside plain SQL of the same answer in the same run.

    BENCH_POSTGRES=postgres://postgres@127.0.0.1:5432 python -m tests.bench.points --postings 1000000,10000000

Milliseconds; in every round all readers are asked about by one way after the other, the median of the rounds counts. Beside the
bare SQL stands what the page asks of the database, less what the frame asks that is round every page. Then the whole page with its
template; what an empty page of ours costs, which is nothing but the frame (session, reader, counts, navigation); and the page less
that: both are told beside the bare SQL, and it is the page less the frame that has the limit, since the bare SQL has neither a
session nor a page to put its rows on. For the leaderboard that SQL reads eight rows of what the night has written: what is left
there is the writing of a page, and the limit is hard. So it stands once more, whole, beside SQL that has the ledger only. The
night's lists stand beside SQL that counts, ranks and writes the same rows; that they are the same is looked at.

The server that BENCH_POSTGRES names has to let databases be made and dropped, by a superuser: the ledgers are written with the
guards off. Without it SQLite is asked, up to 200,000 postings.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tests.bench.search import psql

DATABASE = "bookrelay_bench_points"
MOST_OVER_BARE, MOST_OVER_LINEAR, LEAST_OF_BARE, MOST_ON_SQLITE = 2, 1.3, 0.5, 200_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postings", default="100000,200000")
    sizes = [int(size) for size in parser.parse_known_args()[0].postings.split(",")]
    server = os.environ.get("BENCH_POSTGRES")
    engine = "PostgreSQL" if server else "SQLite; BENCH_POSTGRES names no server"
    print(f"\npoints on {engine}")
    report(_run(server, sizes if server else [size for size in sizes if size <= MOST_ON_SQLITE] or [MOST_ON_SQLITE]))


def report(runs: list[dict[str, Any]]) -> None:
    what_is_asked(runs)
    whole_pages(runs)
    without_lists(runs)
    nights(runs)
    awards(runs)


def what_is_asked(runs: list[dict[str, Any]]) -> None:
    print(f"{'SQL':<26}{'bare p50':>10}{'p95':>8}{'page p50':>10}{'p95':>8}{'of bare':>10}")
    for postings, page, times in _pages(runs):
        bare, asked, frame = (times[f"{way}'s sql"] for way in ("bare", "page", "frame"))
        own = _less(asked, frame)
        told = f"{bare[0]:>10.1f}{bare[1]:>8.1f}{own[0]:>10.1f}{own[1]:>8.1f}{own[1] / bare[1]:>10.2f}"
        print(f"{postings:<12,}{page:<14}{told}   {_at_most(own[1], bare[1], MOST_OVER_BARE)}")


def whole_pages(runs: list[dict[str, Any]]) -> None:
    print(
        f"\n{'whole page':<26}{'p50':>8}{'p95':>8}{'of bare':>10}{'frame p50':>11}{'p95':>8}{'less it p50':>13}{'p95':>8}{'of bare':>10}"
    )
    for postings, page, times in _pages(runs):
        whole, frame, bare = times["page"], times["frame"], times["bare"]
        own = _less(whole, frame)
        told = f"{whole[0]:>8.1f}{whole[1]:>8.1f}{whole[1] / bare[1]:>10.2f}{frame[0]:>11.1f}{frame[1]:>8.1f}"
        less = f"{own[0]:>13.1f}{own[1]:>8.1f}{own[1] / bare[1]:>10.2f}"
        print(f"{postings:<12,}{page:<14}{told}{less}   {_at_most(own[1], bare[1], MOST_OVER_BARE)}")


def without_lists(runs: list[dict[str, Any]]) -> None:
    print(f"\n{'leaderboard':<26}{'whole page p95':>16}{'counted from the ledger':>25}{'of bare':>10}")
    for run in runs:
        whole, bare = run["pages"]["leaderboard"]["page"][1], run["counted"]
        held = _at_most(whole, bare, MOST_OVER_BARE)
        print(f"{run['postings']:<26,}{whole:>16.1f}{bare:>25.1f}{whole / bare:>10.3f}   {held}")


def nights(runs: list[dict[str, Any]]) -> None:
    print(
        f"\n{'night':<12}{'loaded s':>10}{'lists s':>10}{'bare s':>10}{'of bare':>10}{'rows':>10}{'subtotals s':>13}{'accounts':>10}"
    )
    for run in runs:
        print(
            f"{run['postings']:<12,}{run['loaded']:>10.0f}{run['lists']:>10.2f}{run['bare_lists']:>10.2f}"
            f"{run['lists'] / run['bare_lists']:>10.2f}{run['rows']:>10,}{run['subtotals']:>13.2f}{run['accounts']:>10,}"
            f"   {_at_most(run['lists'], run['bare_lists'], MOST_OVER_BARE)}"
        )
    first, last = runs[0], runs[-1]
    grown, more = last["lists"] / first["lists"], last["postings"] / first["postings"]
    held = _word(grown <= more * MOST_OVER_LINEAR)
    print(
        f"the lists took {grown:.1f} times as long on {more:.0f} times the postings   at most {MOST_OVER_LINEAR} of it: {held}"
    )


def awards(runs: list[dict[str, Any]]) -> None:
    print(f"\n{'awards':<12}{'a second':>10}{'bare':>10}{'of bare':>10}")
    for run in runs:
        share = run["awards"] / run["bare_awards"]
        told = f"{run['awards']:>10.0f}{run['bare_awards']:>10.0f}{share:>10.2f}"
        print(f"{run['postings']:<12,}{told}   at least {LEAST_OF_BARE}: {_word(share >= LEAST_OF_BARE)}")


def _pages(runs: list[dict[str, Any]]) -> Iterator[tuple[int, str, dict[str, list[float]]]]:
    for run in runs:
        for page, times in run["pages"].items():
            yield run["postings"], page, times


def _less(times: list[float], frame: list[float]) -> list[float]:
    return [max(figure - of_frame, 0) for figure, of_frame in zip(times, frame, strict=True)]


def _at_most(figure: float, bare: float, limit: float) -> str:
    return f"at most {limit}: {_word(figure <= bare * limit)}"


def _word(held: bool) -> str:
    return "yes" if held else "NO"


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
