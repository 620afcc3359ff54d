"""What a transfer does next, from what was read and what was already sent. Pure: no clock of its own, no database, no network.

The taker's list alone means done; the giver's list alone means that nothing has happened yet, or that it was put back;
anything we did not expect goes to a librarian. No write is sent twice because of silence (I2, I3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from library_bridge.loans import why_not_item
from library_bridge.models import Transfer, TransferStep
from library_bridge.ports import ItemStatus, LoanRecord
from library_bridge.transfer_reads import Facts

Kind = TransferStep.Kind
Status = TransferStep.Status


@dataclass(frozen=True, slots=True)
class Write:
    kind: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    status: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """For an answer that may still come late."""


Decision = Write | Finish | Wait
Sent = Mapping[str, TransferStep]  # writes by kind

DONE = Finish(Transfer.Status.DONE)


def librarian(code: str) -> Finish:
    return Finish(Transfer.Status.NEEDS_LIBRARIAN, code)


def refused(code: str) -> Finish:
    return Finish(Transfer.Status.REFUSED, code)


def decide(facts: Facts, sent: Sent, *, direct: bool, patient: bool, now: datetime) -> Decision:
    """`direct`: the system moves a charge by one checkout. `patient`: an unanswered write may still be carried out."""
    if facts.on_taker and facts.on_giver:
        return librarian("not_confirmed")
    if facts.on_taker:
        return DONE
    if facts.on_giver:
        return _with_giver(facts, sent, direct=direct, patient=patient, now=now)
    if not facts.complete:
        return librarian("list_incomplete")
    return _with_nobody(facts, sent, patient=patient)


def _with_giver(facts: Facts, sent: Sent, *, direct: bool, patient: bool, now: datetime) -> Decision:
    """Nothing has moved yet, or it was put back."""
    if Kind.COMPENSATE in sent:
        return refused(_why_compensated(sent))
    first = Kind.CHECK_OUT if direct else Kind.CHECK_IN
    step = sent.get(first)
    if step is None or step.status == Status.INTENT:
        return _first_write(facts, first, now=now)
    if step.status == Status.UNKNOWN:
        return Wait() if patient else librarian("not_confirmed")
    if step.status == Status.REFUSED:
        return refused(str(step.detail.get("code", "")))
    return librarian("not_confirmed")  # answered ok, and nothing has moved


def _first_write(facts: Facts, kind: str, *, now: datetime) -> Decision:
    code = why_not_item(facts.item) or _why_not_charge(facts.on_giver, now=now) or facts.taker_refusal
    if code:
        return refused(code)
    return Write(kind) if facts.complete else librarian("list_incomplete")  # what is absent later would prove nothing


def _why_not_charge(charged: LoanRecord | None, *, now: datetime) -> str:
    """A checkin of an overdue loan may cost the giver a fine that nobody announced, so that is left to the desk."""
    if charged is None:
        return ""
    if charged.recalled:
        return "recalled"
    if charged.hold_count:
        return "hold_by_other"
    return "overdue" if charged.due_at < now else ""


def _with_nobody(facts: Facts, sent: Sent, *, patient: bool) -> Decision:
    check_in = sent.get(Kind.CHECK_IN)
    if check_in is None or check_in.status == Status.REFUSED:
        return librarian(_where_it_went(facts) or "not_on_givers_card")
    if code := _where_it_went(facts):
        return librarian(code)
    if Kind.COMPENSATE in sent:
        return _again(sent[Kind.COMPENSATE], patient=patient)
    check_out = sent.get(Kind.CHECK_OUT)
    if check_out is not None and check_out.status == Status.REFUSED:
        return Write(Kind.COMPENSATE, str(check_out.detail.get("code", "")))
    if check_out is not None and check_out.status != Status.INTENT:
        return _again(check_out, patient=patient)
    return Write(Kind.COMPENSATE, facts.taker_refusal) if facts.taker_refusal else Write(Kind.CHECK_OUT)


def _again(step: TransferStep, *, patient: bool) -> Decision:
    """A write that left no trace. Only one that a crash cut off before its answer is sent again, after this read."""
    if step.status == Status.INTENT:
        return Write(step.kind, str(step.detail.get("because", "")))
    if step.status == Status.UNKNOWN and patient:
        return Wait()
    return librarian(str(step.detail.get("because", "")) or "not_confirmed")


def _where_it_went(facts: Facts) -> str:
    """Charged to neither: the code of what happened to the item, "" when it just lies there."""
    if facts.item.status == ItemStatus.CHARGED:
        return "on_loan_to_other"
    if facts.item.status == ItemStatus.AVAILABLE:
        return "hold_by_other" if facts.item.hold_count else ""
    return why_not_item(facts.item)


def _why_compensated(sent: Sent) -> str:
    return str(sent[Kind.COMPENSATE].detail.get("because", "")) or "not_confirmed"
