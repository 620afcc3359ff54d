"""Links that a mail carries: signed, for one purpose, at the configured address whatever host a request named (T-A6).

Opening one shows a page; only its button acts, so that scanners and previews do nothing (T-C3).
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from library_bridge.models import Reader
from sharing.models import Ask, MailChoice

ANSWER, ADDRESS, STOP = "sharing.mailing.answer", "sharing.mailing.address", "sharing.mailing.stop"
ANSWER_DAYS = timedelta(days=30)
ADDRESS_DAYS = timedelta(days=1)


class NoLink(Exception):
    """Not ours, or too old."""


def absolute(path: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def to_answer(ask: Ask) -> str:
    token = signing.dumps([ask.pk, ask.holder_id], salt=ANSWER)
    return absolute(reverse("answer-by-mail", args=[token]))


def read_answer(token: str) -> tuple[int, int]:
    """Ask and holder. Raises NoLink."""
    ask_id, holder_id = _read(token, ANSWER, ANSWER_DAYS)
    return int(ask_id), int(holder_id)


def to_confirm(reader: Reader, address: str) -> str:
    return absolute(reverse("confirm-mail", args=[signing.dumps([reader.pk, address], salt=ADDRESS)]))


def read_confirm(token: str) -> tuple[int, str]:
    """Reader and address. Raises NoLink."""
    reader_id, address = _read(token, ADDRESS, ADDRESS_DAYS)
    return int(reader_id), str(address)


def to_stop(reader: Reader, subject: MailChoice.Subject) -> str:
    """Works for as long as the address is theirs."""
    token = signing.dumps([reader.pk, subject, _mark(reader)], salt=STOP)
    return absolute(reverse("stop-mail", args=[token]))


def read_stop(token: str) -> tuple[Reader, MailChoice.Subject]:
    """Raises NoLink."""
    reader_id, subject, mark = _read(token, STOP, None)
    reader = Reader.objects.filter(pk=reader_id, is_active=True).first()
    if reader is None or mark != _mark(reader) or subject not in MailChoice.Subject.values:
        raise NoLink
    return reader, MailChoice.Subject(subject)


def thread(reader: Reader, about: str) -> str:
    """One thread a request and reader, which tells nobody a number of ours."""
    return salted_hmac("sharing.mailing.thread", f"{reader.pk}:{about}").hexdigest()[:24]


def _mark(reader: Reader) -> str:
    return salted_hmac(STOP, reader.email).hexdigest()[:12]


def _read(token: str, salt: str, age: timedelta | None) -> list[Any]:
    try:
        return list(signing.loads(token, salt=salt, max_age=age))
    except signing.BadSignature:
        raise NoLink from None
