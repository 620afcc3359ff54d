"""The condition check list: at each handover either of the two says in two taps how the book is; what a dispute looks at."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import events, locks, sent_photos
from sharing.errors import Denied, IllegalTransition
from sharing.models import ConditionCheck, Handover, Lending

Part = ConditionCheck.Part
LOOK_WITHIN = timedelta(days=3)
LONGEST = 1600  # pixels of the photo's longer side


def check_condition(
    *, handover_id: int, actor: Reader, worse: Collection[str], photo: bytes | None = None, now: datetime
) -> ConditionCheck:
    """Once by each of the two, within LOOK_WITHIN of the handover; again it gives what was said first. `worse`: values of
    ConditionCheck.Part. The photo is made anew, without place and device, before the transaction (a second).

    Raises NotFound, IllegalTransition before the handover or too long after it, Denied for a picture that is none.
    """
    if unknown := set(worse) - set(Part.values):
        raise Denied(_("There is no such part: %(part)s.") % {"part": min(unknown)}, field="worse")
    with sent_photos.stored((photo or None) if worse else None, folder="conditions", longest=LONGEST) as sent:
        check = _check(handover_id, actor, sorted(worse), sent.token, sent.name, now)
    if check.photo.name != sent.name:
        sent.forget()
    return check


@transaction.atomic(durable=True)
def _check(handover_id: int, actor: Reader, worse: list[str], token: str, name: str, now: datetime) -> ConditionCheck:
    handover = locks.handover(handover_id, actor=actor)
    said = ConditionCheck.objects.filter(handover=handover, reader=actor).first()
    if said is not None:
        return said
    if not may_check(handover, now):
        raise IllegalTransition(
            handover.status, "checked", _("How the book is can be noted in the three days after its handover.")
        )
    check = ConditionCheck.objects.create(
        handover=handover, reader=actor, worse=worse, token=token, photo=name, checked_at=now
    )
    kind = "condition.worse" if worse else "condition.noted"
    events.record(kind, now=now, actor=actor, handover=handover, data={"worse": worse})
    return check


def may_check(handover: Handover, now: datetime) -> bool:
    counted_at = handover.giver_confirmed_at
    return handover.status == Handover.Status.CONFIRMED and counted_at is not None and now <= counted_at + LOOK_WITHIN


def said_of(lending: Lending) -> list[ConditionCheck]:
    """By either side, at each of its handovers. Nobody is asked before the book has changed hands."""
    return list(ConditionCheck.objects.filter(handover__lending=lending)) if lending.handed_over_at else []


def to_check(lending: Lending, said: Iterable[ConditionCheck], *, reader: Reader, now: datetime) -> Handover | None:
    """The handover about which this reader has not said yet how the book was; from rows that are there already."""
    done = {check.handover_id for check in said if check.reader_id == reader.pk}
    open_ones = [one for one in lending.handovers.all() if may_check(one, now) and one.pk not in done]
    return open_ones[-1] if open_ones else None
