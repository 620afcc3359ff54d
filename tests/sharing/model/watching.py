"""The checks of `check_invariants` after each command, in a few milliseconds: on a world in order their queries find nothing,
so these are asked again as one, and the checks themselves only when that finds something. Their values stand in the text: SQLite
reads so long a statement anew each time that values are bound to it."""

from typing import Any

from django.db import connection

from library_bridge import invariants as of_the_bridge
from sharing import invariants as of_sharing


class Watch:
    CHECKS = (*of_the_bridge.CHECKS, *of_sharing.CHECKS)

    def __init__(self) -> None:
        queries: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            queries.append(connection.ops.last_executed_query(context["cursor"].cursor, sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            self._require_order()
        self._sql = "SELECT " + " OR ".join(f"EXISTS ({sql})" for sql in queries)

    def look(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._sql)
            (found,) = cursor.fetchone()
        if found:
            self._require_order()

    def _require_order(self) -> None:
        found = [f"{check.id}: {line}" for check in self.CHECKS for line in check.violations()]
        if found:
            raise AssertionError("\n".join(found))


def writes() -> int:
    """Rows that this connection to SQLite has written so far."""
    count: int = connection.connection.total_changes
    return count
