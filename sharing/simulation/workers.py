"""Each policy in a process of its own, on a copy of a database with nothing but tables, in a folder that is thrown away."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection

ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")
"""Nothing of the real service is reached: neither its database nor its caches nor its broker."""
DATABASE = "bookrelay.sqlite3"
PREFIX = "simulated-campus-"


def is_thrown_away(database: str) -> bool:
    return any(folder.name.startswith(PREFIX) for folder in Path(database).parents)


def spare_no_crash() -> None:
    """In a process whose database is thrown away: nothing need outlive it, and what is loaded by now stays until its end."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    gc.freeze()


def play_each(policies: Iterable[str], **sizes: int) -> dict[str, dict[str, float]]:
    """The figures of each policy, as many at once as there are processors. CalledProcessError when one of them fails."""
    names = list(policies)
    with TemporaryDirectory(prefix=PREFIX) as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        empty = Path(folder) / "empty"
        empty.mkdir()
        _manage(empty, "migrate", "--verbosity", "0")
        played = pool.map(lambda name: _play(Path(folder), empty / DATABASE, name, sizes), names)
        return dict(zip(names, played, strict=True))


def _play(folder: Path, tables: Path, policy: str, sizes: dict[str, int]) -> dict[str, float]:
    own = folder / policy
    own.mkdir()
    shutil.copy(tables, own / DATABASE)
    numbers = [word for name, number in sizes.items() for word in (f"--{name}", str(number))]
    answer = _manage(own, "simulate_campus", "--here", "--policy", policy, *numbers)
    figures: dict[str, float] = json.loads(answer.splitlines()[-1])
    return figures


def _manage(folder: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    environment |= {"BOOKRELAY_VAR": str(folder), "DEMO": "0"}
    done = subprocess.run(
        [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *command],
        env=environment, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    return done.stdout
