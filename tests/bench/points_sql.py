"""What the pages of points tell, as plain statements on the same tables: what a hand that knows the database would write."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

BALANCE = """
SELECT coalesce(sum(p.amount) FILTER (WHERE a.kind = 'reader' AND (e.available_at IS NULL OR e.available_at <= %(now)s)), 0),
       coalesce(sum(p.amount) FILTER (WHERE a.kind = 'reader' AND e.available_at > %(now)s), 0),
       coalesce(sum(p.amount) FILTER (WHERE a.kind = 'debt'), 0), coalesce(sum(p.amount) FILTER (WHERE a.kind = 'frozen'), 0)
FROM incentives_posting p JOIN incentives_account a ON a.id = p.account_id JOIN incentives_entry e ON e.id = p.entry_id
WHERE a.reader_id = %(reader)s"""
LATEST = """
SELECT e.at, e.reason, e.params, e.available_at, p.amount, t.title FROM incentives_entry e
JOIN incentives_account a ON a.id = e.account_id JOIN incentives_posting p ON p.entry_id = e.id AND p.account_id = a.id
LEFT JOIN sharing_domainevent d ON d.id = e.event_id LEFT JOIN sharing_request r ON r.id = d.request_id
LEFT JOIN personal_catalog_title t ON t.id = r.title_id
WHERE a.kind = 'reader' AND a.reader_id = %(reader)s ORDER BY e.at DESC, e.id DESC LIMIT 6"""
YEAR = """
SELECT {month}, e.kind, sum(p.amount) FROM incentives_posting p
JOIN incentives_account a ON a.id = p.account_id JOIN incentives_entry e ON e.id = p.entry_id
WHERE a.reader_id = %(reader)s AND e.at >= %(year)s AND e.at <= %(now)s GROUP BY 1, 2"""
LENDINGS = """
SELECT count(*) FROM incentives_entry e JOIN incentives_account a ON a.id = e.account_id
WHERE a.reader_id = %(reader)s AND e.kind = 'award' AND e.reason = 'lending_completed'
AND NOT EXISTS (SELECT 1 FROM incentives_entry x WHERE x.reverses_id = e.id)
AND NOT EXISTS (SELECT 1 FROM incentives_heldaward h WHERE h.award_id = e.id AND h.settled_id IS NULL)"""
STANDING = """
SELECT d.kind, d.at, k.consent, h.starts_at, l.due_at, l.closed_at FROM sharing_domainevent d
LEFT JOIN sharing_ask k ON k.id = d.ask_id LEFT JOIN sharing_request r ON r.id = d.request_id
LEFT JOIN sharing_handover h ON h.id = d.handover_id LEFT JOIN sharing_lending l ON l.id = d.lending_id
WHERE (k.holder_id = %(reader)s OR r.requester_id = %(reader)s) AND d.at > %(half)s AND d.at <= %(now)s AND d.kind IN
('ask.accepted', 'ask.declined', 'ask.lapsed', 'handover.confirmed', 'lending.cancelled', 'lending.no_show', 'lending.overdue',
 'lending.completed') ORDER BY d.at, d.id"""
BADGES = """
SELECT (SELECT max(n) FROM (SELECT count(DISTINCT l.taker_id) AS n FROM sharing_lending l JOIN personal_catalog_copy c ON c.id = l.copy_id
        WHERE c.owner_id = %(reader)s AND l.status = 'completed' GROUP BY c.id) hands),
       (SELECT count(*) FROM sharing_ask WHERE holder_id = %(reader)s AND status IN ('accepted', 'declined') AND consent = ''),
       (SELECT count(*) FROM personal_catalog_title WHERE created_by_id = %(reader)s AND status = 'approved'),
       (SELECT count(*) FROM incentives_badge WHERE reader_id = %(reader)s)"""
PLACE = """
SELECT NOT EXISTS (SELECT 1 FROM incentives_incentivesettings WHERE NOT enabled), c.sees_points, c.on_narrow_lists, c.on_honours,
       a.id, a.name_zh, a.name_en, r.department, g.id, g.name FROM library_bridge_reader r
LEFT JOIN incentives_readerchoice c ON c.reader_id = r.id LEFT JOIN library_bridge_area a ON a.id = r.area_id
LEFT JOIN personal_catalog_membership m ON m.reader_id = r.id LEFT JOIN personal_catalog_readergroup g ON g.id = m.group_id
WHERE r.id = %(reader)s ORDER BY g.name"""
BOARD = """
WITH mine AS (SELECT position FROM incentives_leaderboardentry
              WHERE board = 'lenders' AND period = 'month' AND scope = 'all' AND reader_id = %(reader)s)
SELECT e.place, e.pseudonym, e.count, e.position, e.reader_id, e.next_place, e.next_count, b.code FROM incentives_leaderboardentry e
JOIN library_bridge_reader r ON r.id = e.reader_id AND r.leaderboard_opt_in
LEFT JOIN incentives_readerchoice c ON c.reader_id = e.reader_id AND c.badges_on_lists
LEFT JOIN incentives_badge b ON b.reader_id = c.reader_id
WHERE e.board = 'lenders' AND e.period = 'month' AND e.scope = 'all' AND
      e.position IN (1, 2, 3, 4, 5, (SELECT position FROM mine) - 1, (SELECT position FROM mine), (SELECT position FROM mine) + 1)
ORDER BY e.position, b.earned_at"""
RANKED = """
SELECT a.reader_id, count(*) FILTER (WHERE e.at >= %(week)s) AS week, count(*) FILTER (WHERE e.at >= %(month)s) AS month,
       count(*) FILTER (WHERE e.at >= %(term)s) AS term, count(*) AS ever
FROM incentives_entry e JOIN incentives_account a ON a.id = e.account_id JOIN incentives_rule u ON u.id = e.rule_id
WHERE e.kind = 'award' AND u.code = %(code)s AND e.at < %(now)s
AND NOT EXISTS (SELECT 1 FROM incentives_entry x WHERE x.reverses_id = e.id)
AND NOT EXISTS (SELECT 1 FROM incentives_heldaward h WHERE h.award_id = e.id AND h.settled_id IS NULL)
GROUP BY a.reader_id"""
COUNTED = f"""
WITH counted AS ({RANKED}), placed AS (
  SELECT reader_id, pseudonym, month AS n, rank() OVER (ORDER BY month DESC) AS place,
         row_number() OVER (ORDER BY month DESC, pseudonym, reader_id) AS position
  FROM counted JOIN library_bridge_reader r ON r.id = reader_id AND r.leaderboard_opt_in AND r.is_active AND r.pseudonym <> ''
  WHERE month > 0
), mine AS (SELECT position FROM placed WHERE reader_id = %(reader)s)
SELECT place, pseudonym, n FROM placed WHERE position <= 5 OR
  position BETWEEN (SELECT position FROM mine) - 1 AND (SELECT position FROM mine) + 1 ORDER BY position"""
LISTS = f"""
INSERT INTO incentives_leaderboardentry
  (board, period, scope, place, position, reader_id, pseudonym, count, next_place, next_count)
WITH counted AS ({RANKED}), listed AS (
  SELECT 'week' AS period, reader_id, week AS n FROM counted UNION ALL SELECT 'month', reader_id, month FROM counted
  UNION ALL SELECT 'term', reader_id, term FROM counted UNION ALL SELECT 'all', reader_id, ever FROM counted
), placed AS (
  SELECT period, reader_id, pseudonym, n, rank() OVER (PARTITION BY period ORDER BY n DESC) AS place,
         row_number() OVER (PARTITION BY period ORDER BY n DESC, pseudonym {{collation}}, reader_id) AS position,
         count(*) OVER (PARTITION BY period) AS many
  FROM listed JOIN library_bridge_reader r ON r.id = reader_id AND r.leaderboard_opt_in AND r.is_active AND r.pseudonym <> ''
  WHERE n > 0
)
SELECT %(board)s, period, 'all', place, position, reader_id, pseudonym, n, coalesce(min(place) OVER above, 0),
       coalesce(min(n) OVER above, 0)
FROM placed WHERE many >= 5
WINDOW above AS (PARTITION BY period ORDER BY n DESC GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)"""


def points(reader_id: int) -> None:
    now = timezone.now()
    year = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    facts = {"reader": reader_id, "now": now, "year": year, "half": now - timedelta(days=180)}
    _ask((BALANCE, LATEST, YEAR, LENDINGS, STANDING, BADGES, BOARD), facts)


def leaderboard(reader_id: int) -> None:
    _ask((PLACE, BOARD), {"reader": reader_id})


def counted(reader_id: int, since: Mapping[str, datetime], until: datetime) -> None:
    """The leaderboard without the lists of the night: counted and ranked from the ledger when somebody asks."""
    facts = {**since, "now": until, "code": "lending_completed", "reader": reader_id}
    _ask((PLACE, COUNTED), facts)


def lists(since: Mapping[str, datetime], until: datetime) -> None:
    """The lists of lenders and of quick answers anew: every period counted in one pass, ranked and written by the database.
    `since` by period, but for that without end."""
    collation = 'COLLATE "C"' if connection.vendor == "postgresql" else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM incentives_leaderboardentry")
        for board, code in (("lenders", "lending_completed"), ("answerers", "quick_answer")):
            facts = {**since, "now": until, "code": code, "board": board}
            cursor.execute(LISTS.replace("{collation}", collation), _told(LISTS, facts))


def _ask(statements: tuple[str, ...], facts: dict[str, object]) -> None:
    month = "extract(month FROM e.at)" if connection.vendor == "postgresql" else "strftime('%%m', e.at)"
    with connection.cursor() as cursor:
        for statement in (each.replace("{month}", month) for each in statements):
            cursor.execute(statement, _told(statement, facts))
            cursor.fetchall()


def _told(statement: str, facts: Mapping[str, object]) -> dict[str, object]:
    """Moments as the database keeps them."""
    adapt = connection.ops.adapt_datetimefield_value
    return {
        name: adapt(value) if isinstance(value, datetime) else value
        for name, value in facts.items()
        if f"%({name})s" in statement
    }
