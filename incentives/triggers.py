"""What the database itself refuses about the ledger (M1, M2, M3), on SQLite and PostgreSQL.

- Rows of Entry, Posting and Seal are never changed or deleted.
- A Seal needs at least two postings that add up to zero, and no reader's account may be below zero at the entry's time.
- A Subtotal is what the postings up to it add up to, none of which still waits; no posting comes before one.
- A sealed entry takes no further posting. That each entry has its seal at commit is a deferred foreign key of Entry.

SQLite loses triggers when Django rebuilds a table: a migration that alters one of these tables ends with `install`.
Invariant M3 names a missing trigger.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("incentives_entry", "incentives_posting", "incentives_seal")

_POSTINGS = "SELECT {what} FROM incentives_posting p WHERE p.entry_id = NEW.entry_id"
_UNBALANCED = (
    f"({_POSTINGS.format(what='COUNT(*)')}) < 2 OR ({_POSTINGS.format(what='COALESCE(SUM(p.amount), 0)')}) <> 0"
)
# CASE, so that only a reader's account is ever added up: a planner left free adds up the issuing one at every award
_OVERDRAWN = """EXISTS (
  SELECT 1 FROM incentives_posting p
  JOIN incentives_account a ON a.id = p.account_id
  JOIN incentives_entry e ON e.id = p.entry_id
  LEFT JOIN incentives_subtotal s ON s.account_id = p.account_id AND s.at <= e.at
  WHERE p.entry_id = NEW.entry_id AND p.amount < 0 AND CASE WHEN a.kind = 'reader' THEN COALESCE(s.amount, 0) + (
    SELECT COALESCE(SUM(q.amount), 0) FROM incentives_posting q JOIN incentives_entry f ON f.id = q.entry_id
    WHERE q.account_id = p.account_id AND q.id > COALESCE(s.through, 0) AND (f.available_at IS NULL OR f.available_at <= e.at)
  ) ELSE 0 END < 0
)"""
_BEFORE_A_SUBTOTAL = """EXISTS (
  SELECT 1 FROM incentives_posting p JOIN incentives_subtotal s ON s.account_id = p.account_id AND s.through >= p.id
  WHERE p.entry_id = NEW.entry_id
)"""
_UNTRUE = """NEW.amount <> (
  SELECT COALESCE(SUM(p.amount), 0) FROM incentives_posting p WHERE p.account_id = NEW.account_id AND p.id <= NEW.through
) OR EXISTS (
  SELECT 1 FROM incentives_posting p JOIN incentives_entry e ON e.id = p.entry_id
  WHERE p.account_id = NEW.account_id AND p.id <= NEW.through AND e.available_at > NEW.at
)"""
_SEALED = "EXISTS (SELECT 1 FROM incentives_seal s WHERE s.entry_id = NEW.entry_id)"

# name → (table, moment, condition, message)
TRIGGERS: dict[str, tuple[str, str, str, str]] = {
    **{f"{table}_kept": (table, "UPDATE", "", "the ledger is append-only") for table in TABLES},
    **{f"{table}_stays": (table, "DELETE", "", "the ledger is append-only") for table in TABLES},
    "incentives_posting_open": ("incentives_posting", "INSERT", _SEALED, "the entry is sealed"),
    "incentives_seal_zero": ("incentives_seal", "INSERT", _UNBALANCED, "the postings do not add up to zero"),
    "incentives_seal_order": (
        "incentives_seal",
        "INSERT",
        _BEFORE_A_SUBTOTAL,
        "the postings would come before a subtotal",
    ),
    "incentives_subtotal_true": ("incentives_subtotal", "INSERT", _UNTRUE, "the subtotal is not true"),
    "incentives_subtotal_stays_true": ("incentives_subtotal", "UPDATE", _UNTRUE, "the subtotal is not true"),
    "incentives_seal_cover": ("incentives_seal", "INSERT", _OVERDRAWN, "the account would be below zero"),
}


def install(connection: BaseDatabaseWrapper) -> None:
    remove(connection)
    write = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    with connection.cursor() as cursor:
        for name, (table, moment, condition, message) in TRIGGERS.items():
            for statement in write(name, table, moment, condition, message):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name, (table, *_rest) in TRIGGERS.items():
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return set(TRIGGERS) - {name for (name,) in cursor.fetchall()}


def _on_sqlite(name: str, table: str, moment: str, condition: str, message: str) -> list[str]:
    when = f"WHEN {condition}" if condition else ""
    return [f"CREATE TRIGGER {name} BEFORE {moment} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"]


def _on_postgres(name: str, table: str, moment: str, condition: str, message: str) -> list[str]:
    refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"
    body = f"IF {condition} THEN {refuse} END IF; RETURN NEW;" if condition else refuse
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
