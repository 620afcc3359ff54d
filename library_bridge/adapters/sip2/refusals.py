"""Why a library system said no: its screen message (AF) as one of our codes. A library's own patterns come first."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

from library_bridge.adapters.options import Misconfigured
from library_bridge.adapters.sip2.settings import parts

Patterns = tuple[tuple[re.Pattern[str], str], ...]
MOST_CHARACTERS = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

# As Koha, Evergreen, Sierra, FOLIO and Chinese systems word it. What names the item goes before what names the card.
COMMON = (
    (r"(checked out|charged|on loan) to (another|a different|other) (patron|user|borrower)", "on_loan_to_other"),
    (r"not checked out to\b|not charged to (this|you)", "on_loan_to_other"),
    (r"already (checked out|on loan|charged) (to|by) (this|the same|current) (patron|user)", "already_on_card"),
    (r"item (is )?not (checked out|charged|on loan)", "not_on_loan"),
    (r"\bon hold\b|hold (exists|pending|for another)|reserved for|\bon reserve\b|has been requested", "hold_by_other"),
    (r"\brecalled\b", "recalled"),
    (r"item (is |marked )?lost", "item_lost"),
    (r"in transit", "item_in_transit"),
    (r"not for loan|cannot be (borrowed|circulated|loaned)|non.?circulating|reference only", "not_for_loan"),
    (r"(too many|max\w*( number of)?|limit of) (renewal|times renewed)|renewal (limit|count)", "renewal_limit"),
    (r"no (more )?renewals|not? renewable|too many renewals", "renewal_limit"),
    (
        r"too many (items|loans|checkouts|books)|(check.?out|loan|item) limit|max\w* (loans|checkouts|items)",
        "loan_limit",
    ),
    (r"(card|patron|account|user)\b.{0,20}\bexpired", "card_expired"),
    (r"card (reported |is )?lost", "card_lost"),
    (r"patron.{0,12}(blocked|denied|suspended|barred)|card (is )?blocked|restricted|debarred", "card_blocked"),
    (r"fines?\b|\bowes\b|outstanding (fees|charges)", "card_blocked"),
    (r"\boverdue\b", "overdue"),
    (r"(unknown|invalid|no such) item|item (not found|does not exist)|item barcode (not|in)", "unknown_item"),
    (r"(unknown|invalid|no such) (patron|borrower|card)|patron (not found|does not exist)", "unknown_patron"),
    (r"预约|預約", "hold_by_other"),
    (r"催还|召回|催還", "recalled"),
    (r"他人借|其他读者借|别的读者借|非本人", "on_loan_to_other"),
    (r"您已借|本人已借|重复借", "already_on_card"),
    (r"未借出|不在借|没有借出", "not_on_loan"),
    (r"续借次数|不能再续|已续借", "renewal_limit"),
    (r"挂失|掛失", "card_lost"),
    (r"证.{0,6}(过期|失效|到期)|證.{0,6}(過期|失效|到期)", "card_expired"),
    (r"超过.{0,8}(册|借|限)|最大借|已借满|上限|超過.{0,8}(冊|借|限)", "loan_limit"),
    (r"欠款|欠费|罚款|罰款|逾期费", "card_blocked"),
    (r"停借|冻结|停用|注销|暂停", "card_blocked"),
    (r"超期|逾期", "overdue"),
    (r"不外借|不可外借|不能外借|仅供阅览|不允许借", "not_for_loan"),
)


@lru_cache(maxsize=64)
def patterns(text: str) -> Patterns:
    """The library's own, then the common ones. Raises Misconfigured."""
    return tuple((re.compile(form, re.IGNORECASE), code) for form, code in (*_own(text), *COMMON))


def _own(text: str) -> Iterable[tuple[str, str]]:
    for part in parts(text):
        form, equals, code = part.rpartition("=")
        try:
            re.compile(form)
        except re.error:
            equals = ""
        if not equals or not form.strip() or not re.fullmatch(r"\s*\w+\s*", code):
            raise Misconfigured("refusal_patterns", "must be regex = code, separated by ;")
        yield form.strip(), code.strip()


def clean(text: str) -> str:
    """A line for people: no markup entities, no control characters, not too long."""
    return _CONTROLS.sub(" ", unescape(text)).strip()[:MOST_CHARACTERS]


def why(messages: Iterable[str], known: Patterns) -> tuple[str, str]:
    """Code and the words that told it: only what a pattern matched, because the rest may hold a patron's name.
    Both "" when nothing does."""
    lines = [clean(message) for message in messages]
    for form, code in known:
        for line in lines:
            if hit := form.search(line):
                return code, hit.group()
    return "", ""
