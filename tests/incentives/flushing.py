"""Between transactional tests Django empties every table, which the ledger's triggers refuse on SQLite.

Import this fixture into the root conftest: it takes the triggers off for the flush and puts them back.
"""

from collections.abc import Iterator

import pytest
from django.db.backends.sqlite3.base import DatabaseOperations

from incentives import triggers


@pytest.fixture(scope="session", autouse=True)
def _flush_takes_the_ledger_along() -> Iterator[None]:
    flush = DatabaseOperations.execute_sql_flush

    def without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        triggers.remove(self.connection)
        flush(self, sql_list)
        triggers.install(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", without_triggers)
        yield
