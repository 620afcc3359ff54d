"""What a log must not hold (P9): an address may carry a handover's code or a card number behind its question mark, and in
its path the code of a voucher, what a mail's link may do, or a reader's calendar."""

import re
from logging import Filter, LogRecord

SECRETS = re.compile(r"\?\S*|(?<=/vouchers/)[^/?\s]+|(?<=/by-mail/)[^/?\s]+|(?<=/calendar/)[^/?\s]+")


class WithoutSecrets(Filter):
    """For the access logs of web servers, which hand the address over as an argument."""

    def filter(self, record: LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(SECRETS.sub("…", part) if isinstance(part, str) else part for part in record.args)
        return True
