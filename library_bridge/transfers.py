"""The transfer of a library loan from one card to another, as a durable saga.

`begin` writes the intention in the caller's transaction. `advance` talks to the library system outside any transaction:
it reads, decides (`transfer_rules`), writes (`transfer_writes`), and reads again, until both lists agree with us or a
librarian is needed. It may be called by anyone, any number of times; a crash leaves a row that `due` finds.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from library_bridge import clocks, loans, transfer_claims, transfer_writes
from library_bridge.clocks import Clock
from library_bridge.models import LibraryLoan, Patron, Reader, Transfer, TransferStep
from library_bridge.ports import Capability, LibrarySystem, LibrarySystemError, LoanRecord, SetsDueDates, Unavailable
from library_bridge.registry import system_for
from library_bridge.transfer_reads import Facts, read
from library_bridge.transfer_rules import Decision, Finish, Wait, Write, decide, librarian

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(minutes=5)
PATIENCE = timedelta(minutes=15)  # how long an unanswered write may still be carried out
GIVE_UP_AFTER = timedelta(days=3)
ROUNDS = 6


class NotForStaff(Exception):
    """Only a transfer that needs a librarian can be settled by one."""


class ListIncomplete(Exception):
    """What the library system lists is cut short or refused, and shows the loan on neither card: that proves no absence, so
    nothing can be said to have ended."""


class Seen(StrEnum):
    """What a librarian has seen at the desk, with their own eyes."""

    TAKER = "taker"
    ELSEWHERE = "elsewhere"


def begin(*, reference: str, loan: LibraryLoan, taker: Patron, now: datetime) -> Transfer:
    """Inside the caller's transaction; writes rows only. The same reference gives the same transfer."""
    transfer, made = Transfer.objects.get_or_create(
        reference=reference,
        defaults={
            "library_id": loan.library_id,
            "barcode": loan.barcode,
            "giver_id": loan.patron_id,
            "taker": taker,
            "loan": loan,
            "old_due_at": loan.due_at,
            "next_try_at": now,
            "created_at": now,
        },
    )
    if not made and (transfer.loan_id, transfer.taker_id) != (loan.pk, taker.pk):
        raise ValueError(f"{reference} is another transfer")
    return transfer


def due(*, now: datetime) -> QuerySet[Transfer]:
    return Transfer.objects.filter(transfer_claims.is_due(now)).order_by("next_try_at", "pk")


def hasten(*, transfer_id: int, now: datetime) -> None:
    """A librarian does not wait for the next try: `advance` finds the transfer due at `now`."""
    Transfer.objects.filter(pk=transfer_id, status=Transfer.Status.PENDING).update(next_try_at=now)


def advance(*, transfer_id: int, now: datetime) -> Transfer:
    """As far as it goes now. Outside any transaction. Does nothing for a transfer that is finished, waits for its next
    try, or is in another worker's hands. Raises Transfer.DoesNotExist."""
    clock, transfer = clocks.running_from(now), _transfer(transfer_id)
    if not transfer_claims.take(transfer, now=now):
        return _transfer(transfer_id)
    try:
        outcome, facts = _run(transfer, clock=clock)
    except transfer_claims.ClaimLost:
        logger.warning("transfer %s: another worker has taken it over", transfer_id)
        return _transfer(transfer_id)
    except Unavailable as silence:
        outcome, facts = Wait(), None
        transfer.reason_text = silence.reason
    return _settle(transfer, outcome, facts, now=clock())


def finish_by_staff(
    *, transfer_id: int, actor: Reader, reason: str, now: datetime, seen: Seen | None = None
) -> Transfer:
    """A librarian has put things right in the library system, where we only read: on the taker's card it is done,
    anything else ends it as refused, where both lists are whole or one shows the loan. Where they tell nothing, which may last
    for ever (a card that is refused for good), it is as the librarian has `seen`; so it is where the library system does not answer
    after days (GIVE_UP_AFTER). Nobody ends a transfer of their own.

    Raises NotForStaff, ListIncomplete, PermissionDenied, Unavailable, ValueError without a reason.
    """
    if not actor.has_perm("library_bridge.change_transfer"):
        raise PermissionDenied
    if not reason.strip():
        raise ValueError("a reason is needed")
    transfer = _transfer(transfer_id)
    if actor.pk in (transfer.giver.reader_id, transfer.taker.reader_id):
        raise PermissionDenied
    if transfer.status != Transfer.Status.NEEDS_LIBRARIAN:
        raise NotForStaff
    facts = _told(transfer, seen, now=now)
    by_sight = facts is None or not facts.tells
    if by_sight and seen is None:
        raise ListIncomplete
    charged, kept = (facts.on_taker, facts.on_giver) if facts else (None, None)
    moved = seen == Seen.TAKER if by_sight else charged is not None and kept is None
    with transaction.atomic(durable=True):
        changed = Transfer.objects.filter(pk=transfer.pk, status=Transfer.Status.NEEDS_LIBRARIAN).update(
            status=Transfer.Status.DONE if moved else Transfer.Status.REFUSED,
            reason_code=Transfer.SEEN if by_sight else "settled",
            new_due_at=charged.due_at if moved and charged else None,
            finished_at=now,
            settled_by=actor,
            settled_because=reason.strip()[:300],
        )
        if not changed:
            raise NotForStaff
        if facts is not None:
            _keep_lists(transfer, facts, now=now)
        if by_sight and moved:
            loans.close(loan_id=transfer.loan_id, now=now)
    return _transfer(transfer_id)


def _told(transfer: Transfer, seen: Seen | None, *, now: datetime) -> Facts | None:
    """What the library system says for a librarian who settles; None where it has not answered for so long that what was seen
    counts. Raises Unavailable."""
    try:
        return _look(system_for(transfer.library, now=now), transfer, TransferStep.Kind.VERIFY, now=now)
    except Unavailable:
        if seen is None or not may_be_seen(transfer, now=now):
            raise
        return None


def may_be_seen(transfer: Transfer, *, now: datetime) -> bool:
    """Whether a librarian's own word counts though the library system does not answer."""
    return now - transfer.created_at > GIVE_UP_AFTER


def _transfer(transfer_id: int) -> Transfer:
    return Transfer.objects.select_related("library", "giver__library", "taker__library", "loan").get(pk=transfer_id)


def _run(transfer: Transfer, *, clock: Clock) -> tuple[Finish | Wait, Facts | None]:
    """Raises Unavailable, ClaimLost."""
    system = system_for(transfer.library, now=clock())
    facts = _look(system, transfer, TransferStep.Kind.READ, now=clock())
    for _round in range(ROUNDS):
        decision = _decide(system, transfer, facts, now=clock())
        if not isinstance(decision, Write):
            return decision, _with_old_date(system, transfer, decision, facts, now=clock())
        answer = transfer_writes.send(system, transfer, decision.kind, because=decision.because, clock=clock)
        verify = TransferStep.Kind.VERIFY
        facts = facts.after_check_in() if answer.on_the_desk else _look(system, transfer, verify, now=clock())
    return librarian("not_confirmed"), facts


def _with_old_date(
    system: LibrarySystem, transfer: Transfer, decision: Finish | Wait, facts: Facts, *, now: datetime
) -> Facts:
    """What went back to the giver is due as before, where the system can set a date. It is set, not put off: doing it again
    after a crash changes nothing."""
    back, able = facts.on_giver, Capability.SET_DUE_DATE in system.capabilities
    if not able or decision == Wait() or back is None or back.due_at == transfer.old_due_at:
        return facts
    went_back = transfer.steps.filter(kind=TransferStep.Kind.COMPENSATE).exists()
    if not went_back or not isinstance(system, SetsDueDates):
        return facts
    with transaction.atomic(durable=True):
        transfer_claims.renew_lease(transfer, now=now)
    try:
        system.set_due_date(transfer.giver.card_number, transfer.barcode, transfer.old_due_at)
    except LibrarySystemError as problem:
        logger.warning("transfer %s: the old due date was not set: %s", transfer.pk, type(problem).__name__)
        return facts
    return _look(system, transfer, TransferStep.Kind.VERIFY, now=now)


def _decide(system: LibrarySystem, transfer: Transfer, facts: Facts, *, now: datetime) -> Decision:
    sent = {step.kind: step for step in transfer.steps.filter(kind__in=TransferStep.WRITES)}
    silent = [step for step in sent.values() if step.status == TransferStep.Status.UNKNOWN]
    patient = all(now - step.started_at < PATIENCE for step in silent)
    direct = bool(system.capabilities & {Capability.TRANSFER, Capability.CHECK_OUT_MOVES})
    return decide(facts, sent, direct=direct, patient=patient, now=now)


def _look(system: LibrarySystem, transfer: Transfer, kind: str, *, now: datetime) -> Facts:
    try:
        facts = read(system, transfer)
    except Unavailable as silence:
        _note(transfer, kind, TransferStep.Status.UNKNOWN, {"reason": silence.reason}, now=now)
        raise
    _note(transfer, kind, TransferStep.Status.OK, facts.detail(), now=now)
    return facts


def _note(transfer: Transfer, kind: str, status: str, detail: dict[str, object], *, now: datetime) -> None:
    TransferStep.objects.create(
        transfer=transfer, kind=kind, status=status, detail=detail, started_at=now, finished_at=now
    )


def _settle(transfer: Transfer, outcome: Finish | Wait, facts: Facts | None, *, now: datetime) -> Transfer:
    """Only the worker that still holds the claim writes the end: `attempts` is its token."""
    if isinstance(outcome, Wait) and now - transfer.created_at > GIVE_UP_AFTER:
        outcome = librarian("unavailable")
    mine = Transfer.objects.filter(pk=transfer.pk, status=Transfer.Status.RUNNING, attempts=transfer.attempts)
    with transaction.atomic(durable=True):
        if isinstance(outcome, Wait):
            waiting = {"status": Transfer.Status.PENDING, "next_try_at": now + AGAIN_AFTER}
            mine.update(**waiting, reason_code="unavailable", reason_text=transfer.reason_text)
        elif mine.update(**_end(transfer, outcome, facts, now=now)) and facts:
            _keep_lists(transfer, facts, now=now)
    return _transfer(transfer.pk)


def _end(transfer: Transfer, outcome: Finish, facts: Facts | None, *, now: datetime) -> dict[str, object]:
    charged = _charged(transfer, outcome, facts) if facts else None
    refusals = transfer.steps.filter(status=TransferStep.Status.REFUSED).order_by("-pk")
    words = next((str(step.detail.get("reason", "")) for step in refusals), "")
    return {
        "status": outcome.status,
        "reason_code": outcome.code,
        "reason_text": words,
        "new_due_at": charged.due_at if charged else None,
        "next_try_at": None,
        "finished_at": None if outcome.status == Transfer.Status.NEEDS_LIBRARIAN else now,
    }


def _charged(transfer: Transfer, outcome: Finish, facts: Facts) -> LoanRecord | None:
    """The loan as it is due now, if that is not as before."""
    if outcome.status == Transfer.Status.DONE:
        return facts.on_taker
    back = facts.on_giver if outcome.status == Transfer.Status.REFUSED else None
    return back if back and back.due_at != transfer.old_due_at else None


def _keep_lists(transfer: Transfer, facts: Facts, *, now: datetime) -> None:
    """The snapshot follows in the same commit; the giver's first, because the taker's list is the newer word."""
    loans.lock_lists([transfer.giver, transfer.taker])
    loans.record_loans(patron=transfer.giver, listed=facts.giver, now=now)
    loans.record_loans(patron=transfer.taker, listed=facts.taker, now=now)
