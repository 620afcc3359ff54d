"""What a log must not hold (P9): an address may carry a handover's code or a card number behind its question mark, and in
its path a key that is enough by itself: a voucher's code, a mail's link, a reader's calendar, a link that is passed on."""

import re
from logging import Filter, LogRecord

BEFORE_A_KEY = ("vouchers", "by-mail", "calendar", "collect", "kept", "kiosk/open", "groups/join", "me/data")
SECRETS = re.compile("|".join((r"\?\S*", *(rf"(?<=/{part}/)[^/?\s]+" for part in BEFORE_A_KEY))))


class WithoutSecrets(Filter):
    """For the access logs of web servers, which hand the address over as an argument."""

    def filter(self, record: LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(SECRETS.sub("…", part) if isinstance(part, str) else part for part in record.args)
        return True
