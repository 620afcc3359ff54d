"""Where a copy is: in whose hands, and off the shelf for good."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.errors import BrokenCustody, CopyAway
from personal_catalog.models import Copy
from sharing import locks
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import Lending


@transaction.atomic(durable=True)
def withdraw_copy(*, copy_id: int, actor: Reader, now: datetime) -> Copy:
    """Take one's own copy off the shelf; refused while it is promised or away (T-O3). The copy is locked, so that
    nobody agrees to lend it meanwhile."""
    locks.copies([copy_id])
    if Lending.objects.live().filter(copy_id=copy_id, copy__owner=actor).exists():
        raise Denied(
            _(
                "This copy is promised or with another reader. Finish or cancel that lending first; the copy stays listed."
            ),
            "copy_away",
        )
    try:
        return copies.withdraw_copy(copy_id=copy_id, actor=actor, now=now)
    except CopyAway:
        raise Denied(
            _("This copy is with another reader. It can be withdrawn once it is back; it stays listed."), "copy_away"
        ) from None
    except Copy.DoesNotExist:
        raise NotFound from None


def move_custody(*, copy: Copy, to_holder: Reader, reason: str, now: datetime, new_owner: Reader | None = None) -> None:
    """The next link of the copy's chain, inside the caller's transaction. IllegalTransition when it would break."""
    try:
        copies.move_custody(copy=copy, to_holder=to_holder, reason=reason, now=now, new_owner=new_owner)
    except BrokenCustody:
        raise IllegalTransition(copy.status, reason) from None
