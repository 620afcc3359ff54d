"""A ledger of any size, written by the database itself: a campus of readers over three years, 125 entries each on average.

A few are much busier than the rest. Each entry is an award of ten, three or two points, every eighth a redemption; what each
reader has is never below zero. One in three is on the lists. The same size gives the same ledger, but for the entries' ids.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

ENTRIES_A_READER = 125
YEARS = timedelta(days=3 * 365)
SPREAD = 7919  # a prime: walks through all numbers of entries once, in no order
EVENTS = 20_000
REDEEMED = 20
TABLES = ("incentives_seal", "incentives_posting", "incentives_entry")
ALL = ("incentives_subtotal", *TABLES, "incentives_account")


def load(postings: int, *, now: datetime) -> None:
    """With the guards off, as no application could: the guards are put back, and what was written keeps to them."""
    from incentives import ledger, triggers
    from incentives.models import Account, Rule

    entries = postings // 2
    with connection.cursor() as cursor:
        triggers.remove(connection)
        _clear(cursor)
        _readers(max(entries // ENTRIES_A_READER, 40))
        _events(now=now)
        for kind in (Account.Kind.ISSUING, Account.Kind.REDEMPTION):
            ledger.service_account(kind)
        rules = dict(Rule.objects.values_list("code", "pk"))
        numbers = {"n": entries, "spread": SPREAD, "seconds": YEARS.total_seconds(), "now": _moment(now), "redeemed": REDEEMED,
                   "lending": rules["lending_completed"], "answer": rules["quick_answer"], "met": rules["kept_appointment"]}  # fmt: skip
        _begin_quickly(cursor)
        with transaction.atomic():  # an entry and its seal name each other
            for statement in _statements():
                cursor.execute(
                    statement, {name: value for name, value in numbers.items() if f"%({name})s" in statement}
                )
        _end_quickly(cursor)
        triggers.install(connection)
        cursor.execute("ANALYZE")


def _clear(cursor: CursorWrapper) -> None:
    """For the next size in the same database."""
    statements = (
        [f"TRUNCATE {', '.join(ALL)} RESTART IDENTITY CASCADE"]
        if _on_postgres()
        else [f"DELETE FROM {table}" for table in ALL]
    )
    with transaction.atomic():
        for statement in statements:
            cursor.execute(statement)


def _readers(count: int) -> None:
    from incentives.models import Account
    from library_bridge.models import Reader

    ours = Reader.objects.filter(username__startswith="r-bench-")
    Reader.objects.bulk_create(
        [
            Reader(
                username=f"r-bench-{n}", display_name=f"R {n}", pseudonym=f"Reader {n}", leaderboard_opt_in=n % 3 == 0
            )
            for n in range(ours.count(), count)
        ],
        batch_size=5000,
    )
    accounts = (Account(kind="reader", reader_id=pk) for pk in ours.order_by("pk").values_list("pk", flat=True)[:count])
    Account.objects.bulk_create(accounts, batch_size=5000)


def _events(*, now: datetime) -> None:
    """What the entries are about. Far fewer than entries: of an event a ledger reads only which book it was."""
    from library_bridge.models import Reader
    from sharing.models import DomainEvent, Request
    from tests import factories

    if DomainEvent.objects.filter(kind="bench").exists():
        return
    title, reader = factories.title(), Reader.objects.order_by("pk")[0]
    request = Request.objects.create(requester=reader, title=title, placed_at=now, deadline_at=now)
    DomainEvent.objects.bulk_create(
        [DomainEvent(kind="bench", at=now, request=request, delivered_at=now) for _event in range(EVENTS)],
        batch_size=5000,
    )


def _on_postgres() -> bool:
    return connection.vendor == "postgresql"


def _moment(now: datetime) -> object:
    return now if _on_postgres() else now.strftime("%Y-%m-%d %H:%M:%S")


def _begin_quickly(cursor: CursorWrapper) -> None:
    """PostgreSQL looks after no index and no foreign key meanwhile: the indexes are built anew at the end."""
    if not _on_postgres():
        return
    for setting in ("session_replication_role = replica", "synchronous_commit = off", "work_mem = '256MB'",
                    "maintenance_work_mem = '512MB'"):  # fmt: skip
        cursor.execute(f"SET {setting}")
    tables = ", ".join(f"'{table}'::regclass" for table in TABLES)
    cursor.execute(f"UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid IN ({tables})")


def _end_quickly(cursor: CursorWrapper) -> None:
    if not _on_postgres():
        return
    for table in TABLES:
        cursor.execute(f"REINDEX TABLE {table}")
    for setting in ("session_replication_role", "synchronous_commit", "work_mem", "maintenance_work_mem"):
        cursor.execute(f"RESET {setting}")


def _statements() -> list[str]:
    postgres = _on_postgres()
    series = (
        "SELECT i FROM generate_series(1, %(n)s) AS s(i)"
        if postgres
        else "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < %(n)s) SELECT i FROM s"
    )
    whole = "1::bigint * " if postgres else ""
    number = "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))"
    ago = "(%(seconds)s * (1.0 - i * 1.0 / %(n)s))"
    at = (
        f"%(now)s::timestamptz - interval '1 second' * {ago}"
        if postgres
        else f"datetime(%(now)s, '-' || {ago} || ' seconds')"
    )
    later = "at + interval '7 days'" if postgres else "datetime(at, '+7 days')"
    no, empty = ("false", "'{}'::jsonb") if postgres else ("0", "'{}'")
    issuing, redemption = (f"(SELECT id FROM incentives_account WHERE kind = '{k}')" for k in ("issuing", "redemption"))
    return [
        f"""CREATE TEMPORARY TABLE walk AS
        SELECT {number} AS id, account, at, row_number() OVER (PARTITION BY account ORDER BY i) AS nth FROM (
          SELECT i, {at} AS at, first.id + CAST(floor(first.many * power(((i * {whole}%(spread)s) %% %(n)s) * 1.0 / %(n)s, 1.5))
            AS integer) AS account
          FROM ({series}) numbers, (SELECT min(id) AS id, count(*) AS many FROM incentives_account WHERE kind = 'reader') first
        ) walked""",
        f"""INSERT INTO incentives_entry (id, kind, account_id, rule_id, event_id, once, reason, params, at, available_at, seal_id)
        SELECT id, CASE WHEN nth %% 8 = 0 THEN 'redemption' ELSE 'award' END, account,
          CASE WHEN nth %% 8 = 0 THEN NULL WHEN nth %% 2 = 1 THEN %(lending)s
               WHEN nth %% 4 = 2 THEN %(answer)s ELSE %(met)s END,
          CASE WHEN nth %% 8 = 0 THEN NULL
               ELSE (SELECT min(id) FROM sharing_domainevent WHERE kind = 'bench') + nth %% {EVENTS} END, {no},
          CASE WHEN nth %% 8 = 0 THEN 'redemption' WHEN nth %% 2 = 1 THEN 'lending_completed'
               WHEN nth %% 4 = 2 THEN 'quick_answer' ELSE 'kept_appointment' END,
          {empty}, at, CASE WHEN nth %% 8 = 0 THEN NULL ELSE {later} END, id
        FROM walk ORDER BY at""",
        f"""INSERT INTO incentives_posting (entry_id, account_id, amount)
        SELECT id, CASE WHEN own = 1 THEN account WHEN nth %% 8 = 0 THEN {redemption} ELSE {issuing} END,
          (CASE WHEN own = 1 THEN 1 ELSE -1 END)
          * (CASE WHEN nth %% 8 = 0 THEN -%(redeemed)s WHEN nth %% 2 = 1 THEN 10 WHEN nth %% 4 = 2 THEN 3 ELSE 2 END)
        FROM walk, (SELECT 1 AS own UNION ALL SELECT 0) sides ORDER BY at, walk.id, own""",
        "INSERT INTO incentives_seal (entry_id) SELECT id FROM walk ORDER BY at",
        "DROP TABLE walk",
    ]
