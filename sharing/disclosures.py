"""A librarian learns who the two readers of a lending are: with a reason, on the record, and visible to both (T-L2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import events, locks, policies
from sharing.errors import Denied
from sharing.models import Lending

MAY_SEE_READERS = "sharing.look_up_readers"


@transaction.atomic(durable=True)
def look_up_readers(*, lending_id: int, actor: Reader, reason: str, now: datetime) -> Lending:
    """Raises Denied without a reason or without the right to see patrons."""
    policies.require(
        actor.has_perm(MAY_SEE_READERS) and bool(reason.strip()),
        Denied(_("A librarian's reason is needed."), "reason_needed"),
    )
    lending = locks.lending(lending_id, actor=None)
    events.record("lending.looked_up", now=now, actor=actor, lending=lending, why=reason.strip()[:500])
    return lending
