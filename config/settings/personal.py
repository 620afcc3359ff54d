"""How long what is kept of persons stays; the privacy page says it. Each can be set in the environment: KEEP_MESSAGES_DAYS=30."""

from config import env

SESSION_DAYS = 30
KEEP_DAYS = {
    name: env.number(f"KEEP_{name.upper()}_DAYS", days)
    for name, days in {
        "history": 90, "handover_places": 30, "messages": 90, "condition_photos": 30, "outside": 90, "news": 90, "wishes": 90,
        "imports": 30, "catalogue_work": 365, "ring_checks": 180, "staff_log": 365,
    }.items()
} | {"sessions": SESSION_DAYS}  # fmt: skip
EXPORT_MINUTES = 15  # how long the file with one's own data can be fetched (T-L7)
EXPORTS_A_DAY = 5
ERASE_AFTER_DAYS = 7  # in which the reader can change their mind
LOOKS_A_DAY = env.number("LOOKS_A_DAY", 20)  # by one member of the staff; more stands on the desk's first page (T-L2)
