"""The database: SQLite in the embedded profile, PostgreSQL wherever DATABASE_URL names one."""

from pathlib import Path
from typing import Any

import dj_database_url

from config import env

# IMMEDIATE serialises writers, which is what SQLite has in place of row locks.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "cached_statements": 1000,  # of each connection: all that the service asks, where 128 would push each other out
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;",
}


def configured(var_dir: Path) -> dict[str, Any]:
    url = env.text("DATABASE_URL")
    if not url:
        var_dir.mkdir(parents=True, exist_ok=True)
        return sqlite(var_dir / "bookrelay.sqlite3")
    found = dict(dj_database_url.parse(url, conn_max_age=0))
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return sqlite(Path(str(found["NAME"])))
    found["OPTIONS"] = {"pool": {"min_size": 1, "max_size": env.number("DATABASE_POOL", 20)}}
    return found


def sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": SQLITE_OPTIONS}
