"""The messages of SIP2 2.00 as data: fixed fields by position, and the ids that variable fields may have."""

from types import MappingProxyType

Fixed = tuple[tuple[str, int], ...]  # name and length, in order

_CIRCULATION: Fixed = (("ok", 1), ("renewal_ok", 1), ("magnetic_media", 1), ("desensitize", 1), ("date", 18))
_PATRON: Fixed = (("status", 14), ("language", 3), ("date", 18))
_COUNTS = ("hold_count", "overdue_count", "charged_count", "fine_count", "recall_count", "unavailable_count")

LOGIN, LOGIN_ANSWER = "93", "94"
STATUS, STATUS_ANSWER = "99", "98"
PATRON_STATUS, PATRON_STATUS_ANSWER = "23", "24"
PATRON, PATRON_ANSWER = "63", "64"
ITEM, ITEM_ANSWER = "17", "18"
CHECK_OUT, CHECK_OUT_ANSWER = "11", "12"
CHECK_IN, CHECK_IN_ANSWER = "09", "10"
RENEW, RENEW_ANSWER = "29", "30"
HOLD, HOLD_ANSWER = "15", "16"
END_SESSION, END_SESSION_ANSWER = "35", "36"
ANSWER_AGAIN, ASK_AGAIN = "97", "96"  # ours and theirs

FIXED: MappingProxyType[str, Fixed] = MappingProxyType(
    {
        LOGIN: (("user_algorithm", 1), ("password_algorithm", 1)),
        LOGIN_ANSWER: (("ok", 1),),
        STATUS: (("status", 1), ("width", 3), ("version", 4)),
        STATUS_ANSWER: (
            ("online", 1), ("checkin_ok", 1), ("checkout_ok", 1), ("renewal_policy", 1), ("status_update", 1),
            ("offline_ok", 1), ("timeout", 3), ("retries", 3), ("date", 18), ("version", 4),
        ),
        PATRON_STATUS: (("language", 3), ("date", 18)),
        PATRON_STATUS_ANSWER: _PATRON,
        PATRON: (("language", 3), ("date", 18), ("summary", 10)),
        PATRON_ANSWER: (*_PATRON, *((name, 4) for name in _COUNTS)),
        ITEM: (("date", 18),),
        ITEM_ANSWER: (("circulation", 2), ("security", 2), ("fee_type", 2), ("date", 18)),
        CHECK_OUT: (("renewal_policy", 1), ("no_block", 1), ("date", 18), ("no_block_due", 18)),
        CHECK_OUT_ANSWER: _CIRCULATION,
        CHECK_IN: (("no_block", 1), ("date", 18), ("return_date", 18)),
        CHECK_IN_ANSWER: (("ok", 1), ("resensitize", 1), ("magnetic_media", 1), ("alert", 1), ("date", 18)),
        RENEW: (("third_party", 1), ("no_block", 1), ("date", 18), ("no_block_due", 18)),
        RENEW_ANSWER: _CIRCULATION,
        HOLD: (("mode", 1), ("date", 18)),
        HOLD_ANSWER: (("ok", 1), ("available", 1), ("date", 18)),
        END_SESSION: (("date", 18),),
        END_SESSION_ANSWER: (("ended", 1), ("date", 18)),
        ANSWER_AGAIN: (),
        ASK_AGAIN: (),
    }
)  # fmt: skip

REQUESTS = (
    LOGIN, STATUS, PATRON_STATUS, PATRON, ITEM, CHECK_OUT, CHECK_IN, RENEW, HOLD, END_SESSION, ANSWER_AGAIN,
)  # fmt: skip
ACTS = frozenset({CHECK_OUT, CHECK_IN, RENEW, HOLD})
ANSWERS = MappingProxyType(
    {
        LOGIN: LOGIN_ANSWER,
        STATUS: STATUS_ANSWER,
        PATRON_STATUS: PATRON_STATUS_ANSWER,
        PATRON: PATRON_ANSWER,
        ITEM: ITEM_ANSWER,
        CHECK_OUT: CHECK_OUT_ANSWER,
        CHECK_IN: CHECK_IN_ANSWER,
        RENEW: RENEW_ANSWER,
        HOLD: HOLD_ANSWER,
        END_SESSION: END_SESSION_ANSWER,
    }
)

# Without these an answer is not what was asked for; a text that swallowed a delimiter shows by their absence.
NEEDED = MappingProxyType(
    {
        PATRON_STATUS_ANSWER: ("AA",),
        PATRON_ANSWER: ("AA",),
        ITEM_ANSWER: ("AB",),
        CHECK_OUT_ANSWER: ("AB",),
        CHECK_IN_ANSWER: ("AB",),
        RENEW_ANSWER: ("AB",),
    }
)

TEXTS = frozenset({"AE", "AF", "AG", "AJ", "AM", "BD", "CH", "DA"})  # where a delimiter may stand in the value
_SECOND_LETTERS = {
    "A": "ABCDEFGHJLMNOPQSTUV",
    "B": "CDEFGHIKLMNOPQRSTUVWXYZ",
    "C": "ABCDFGHIJKLMNOPQRSTVY",
    "D": "A",
    "K": "CPQ",  # dp2
    "P": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",  # Perl servers, Polaris
    "U": "0123456789",
}
KNOWN = frozenset(first + second for first, seconds in _SECOND_LETTERS.items() for second in seconds)
