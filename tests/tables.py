"""SQLite's tables are made once: a run that had to migrate leaves a copy in `var/`, and whoever comes later begins with it."""

import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

MADE_BY = ("requirements/locked.txt", "config/settings/base.py", "*/migrations/*.py")
IS_EMPTY = "SELECT count(*) = 0 FROM sqlite_master"


def begin_with_the_copy() -> None:
    """Migrating then finds nothing left to do."""
    if connection.vendor == "sqlite":
        connection_created.connect(_fill, dispatch_uid="tables of an earlier run")


def leave_a_copy() -> None:
    path = _copy()
    if connection.vendor != "sqlite" or path.exists():
        return
    connection.ensure_connection()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{id(connection)}")
    with sqlite3.connect(unfinished) as copy:
        connection.connection.backup(copy)
    copy.close()
    unfinished.rename(path)


def _fill(sender: Any, **_signal: Any) -> None:
    if not _copy().exists() or not connection.is_in_memory_db():
        return
    (is_empty,) = connection.connection.execute(IS_EMPTY).fetchone()
    if is_empty:
        copy = sqlite3.connect(_copy())
        copy.backup(connection.connection)
        copy.close()


def _copy() -> Path:
    """Named after everything that the tables come from."""
    root = Path(settings.BASE_DIR)
    sources = [path for pattern in MADE_BY for path in sorted(root.glob(pattern))]
    return (
        settings.VAR_DIR / "test-tables" / f"{sha256(b''.join(map(Path.read_bytes, sources))).hexdigest()[:16]}.sqlite3"
    )
