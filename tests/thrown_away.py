"""A world made once for a file, in a transaction that is thrown away with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def everything_after(blocker: DjangoDbBlocker) -> Iterator[None]:
    with blocker.unblock():
        made = transaction.atomic()
        made._from_testcase = True  # type: ignore[attr-defined]  # durable transitions may run inside, as in Django's TestCase
        with made:
            yield
            transaction.set_rollback(True)
