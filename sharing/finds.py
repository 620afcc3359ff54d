"""A labelled copy found by a stranger: "I found it, it lies at …". Its owner is told, and whoever has borrowed it; the finder is
told nobody's name, and leaves none."""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from library_bridge import throttle
from library_bridge.throttle import Counter
from personal_catalog.models import Copy
from sharing import events, locks
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import DomainEvent, Lending

LONGEST = 200
A_DAY = 3  # reports of one copy
AN_HOUR = 5  # reports from one network address; more where many share it
HOUR = 3600
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def report_find(*, code: str, where: str, address: str, now: datetime) -> Copy:
    """`address`: the finder's network address, which is counted and not kept. The same words again change nothing.

    Raises NotFound, Denied or LimitReached.
    """
    words = " ".join(unicodedata.normalize("NFC", where).split())
    if not words or any(unicodedata.category(c) in UNSEEN for c in words):
        raise Denied(_("Please say in a few words where it lies."), field="where")
    if len(words) > LONGEST:
        raise Denied(_("At most %(most)d characters, please.") % {"most": LONGEST}, field="where")
    _count(address, now)
    return _report(code, words, now)


def _count(address: str, now: datetime) -> None:
    network = salted_hmac("found", throttle.network(address)).hexdigest()
    if Counter(f"found:{network}", AN_HOUR, HOUR).add(now=now) > AN_HOUR * throttle.crowd(address):
        raise LimitReached(_("Too many books were reported from here within an hour."), now + timedelta(seconds=HOUR))


@transaction.atomic(durable=True)
def _report(code: str, words: str, now: datetime) -> Copy:
    copy = Copy.objects.in_register().filter(code=code.replace("-", "").upper()).select_related("title").first()
    if copy is None:
        raise NotFound
    locks.copies([copy.pk])
    lately = DomainEvent.objects.filter(kind="copy.found", data__copy=copy.pk, at__gt=now - timedelta(days=1))
    said = list(lately.values_list("why", flat=True))
    if words in said:
        return copy
    if len(said) >= A_DAY:
        raise LimitReached(_("This book has been reported today already; its owner knows."), now + timedelta(days=1))
    told = {copy.owner_id, *Lending.objects.live().filter(copy=copy).values_list("taker_id", flat=True)}
    data = {
        "copy": copy.pk, "code": copy.code, "readers": sorted(told), "title": copy.title.title, "language": copy.title.language,
    }  # fmt: skip
    events.record("copy.found", now=now, actor=None, why=words, data=data)
    return copy
