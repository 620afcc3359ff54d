"""What now: the next step of a lending for one of its two readers. Who acts next, until when, what happens if nobody does,
and who answers for the book meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge import reasons
from library_bridge.models import Transfer
from sharing import dates, way_steps
from sharing.models import Handover, Lending
from sharing.scenes import CODE_LATE, S, Scene, Step

CODE_EARLY = timedelta(hours=1)  # so long before the agreed time the code opens by itself


def next_step(scene: Scene) -> Step:
    return STEPS[S(scene.lending.status)](scene)


def code_is_due(handover: Handover, now: datetime) -> bool:
    """Whether the page opens the code by itself: at the meeting, or when somebody has just been looking at it."""
    watched = handover.pin_expires_at is not None and handover.pin_expires_at > now - timedelta(minutes=2)
    return watched or handover.starts_at - CODE_EARLY <= now <= handover.starts_at + CODE_LATE


def _meet(scene: Scene) -> Step:
    handover = scene.handover
    if handover is None:
        return Step(
            "propose",
            "act",
            _("Arrange the handover"),
            _("Choose a place and a time"),
            _arrange(scene),
            _with_whom(scene),
        )
    if (on_its_way := way_steps.of(scene, handover, _with_whom(scene))) is not None:
        return on_its_way
    if handover.status == Handover.Status.AGREED:
        return _code(scene, handover)
    if scene.meets == "proposed":
        word, heading = scene.say(_("Waiting for %(name)s")), scene.say(_("%(name)s has your proposal"))
        return Step("proposed", "wait", word, heading, unmet(scene), _with_whom(scene))
    word, heading = _("Your answer, please"), scene.say(_("%(name)s proposes a meeting"))
    return Step("answer", "act", word, heading, unmet(scene), _with_whom(scene))


def _arrange(scene: Scene) -> str:
    if scene.goes_back:
        return scene.say(_("%(name)s then agrees, or proposes another."))
    return scene.say(_("%(name)s then agrees, or proposes another. %(end)s"), end=_ends_by_itself(scene))


def unmet(scene: Scene) -> str:
    """What follows when the two do not meet, and on which day."""
    if scene.goes_back:
        return _("Either of you may propose another place or time.")
    return _ends_by_itself(scene)


def _ends_by_itself(scene: Scene) -> str:
    words = (
        _("If the book has not changed hands by %(date)s, the lending ends by itself.")
        if scene.gives
        else _("If the book has not changed hands by %(date)s, this lending ends and we go on asking other holders.")
    )
    return scene.say(words, date=scene.day(scene.lending.deadline_at))


def _code(scene: Scene, handover: Handover) -> Step:
    if scene.missed:
        says = scene.say(_("Met all the same? Confirm it with the code. %(else)s"), **{"else": unmet(scene)})
        return Step(scene.meets, "act", scene.missed, scene.missed, says, _with_whom(scene), missed=True)
    word = _("Return, when you meet")
    if handover.has_time:
        word = scene.say(_("Handover %(when)s"), when=dates.near_date(handover.starts_at, today=scene.today))
    soon = "act" if handover.has_time and dates.day_of(handover.starts_at) <= scene.today else "wait"
    heading = _("Show this code") if scene.hands_over else _("Enter the code")
    how = scene.say(
        _("%(name)s has the code on their page. You can also point your phone’s camera at the square there.")
    )
    return Step(scene.meets, soon, word, heading, _after_code(scene), _with_whom(scene), how)


def _after_code(scene: Scene) -> str:
    """What both confirmations bring about."""
    lending = scene.lending
    if scene.goes_back:
        return _("With the code confirmed, the lending is finished.")
    if scene.is_loan:
        if scene.gives:
            return scene.say(_("After that the library moves the loan to %(name)s’s card, usually within a minute."))
        return _("After that the library moves the loan to your card, usually within a minute.")
    if lending.mode == Lending.Mode.GIFT:
        return (
            scene.say(_("After that the book belongs to %(name)s."))
            if scene.gives
            else _("After that the book is yours.")
        )
    if lending.mode == Lending.Mode.DRIFT:
        return _("After that the book travels on with whoever holds it.")
    days = scene.policy.loan_days
    words = ngettext("After that the loan runs for %(days)s day.", "After that the loan runs for %(days)s days.", days)
    return scene.say(words, days=days)


def _with_whom(scene: Scene) -> str:
    """Before both have confirmed; on the way back the borrower still has it."""
    if scene.goes_back:
        if scene.gives:
            return scene.say(_("Until the code is confirmed, %(name)s answers for the book."))
        return _("Until the code is confirmed, you answer for the book.")
    if scene.is_loan:
        if scene.gives:
            return _("Until the library confirms the transfer, the book stays on your card.")
        return scene.say(_("Until the library confirms the transfer, the book stays on %(name)s’s card."))
    if scene.gives:
        return _("Until the code is confirmed, the book stays with you.")
    return scene.say(_("Until the code is confirmed, the book is with %(name)s."))


def _moving(scene: Scene) -> Step:
    transfer = scene.lending.transfer
    if transfer is None or transfer.reason_code != "unavailable":
        says = _("Both confirmations are saved. This usually takes less than a minute; you need do nothing.")
        heading = _("The library is moving the loan.")
        return Step("moving", "wait", _("The library is moving the loan"), heading, says, _with_whom(scene))
    says = _("Both confirmations are saved; we try again every five minutes and tell you when it is done.")
    down = _("The library system can’t be reached, so the loan has not moved yet.")
    return Step("moving_later", "wait", _("Waiting for the library"), down, says, _with_whom(scene))


def _librarian(scene: Scene) -> Step:
    if scene.goes_back:
        return _return_waits(scene)
    transfer = scene.lending.transfer
    why = reasons.sentence(transfer.reason_code) if transfer is not None and transfer.reason_code else ""
    says = _("Librarians see this in their list and settle it; you hear of it here.")
    says = scene.say(_("%(why)s %(then)s"), why=why, then=says) if why else says
    heading = _("The library did not move the loan.")
    return Step("librarian", "wait", _("A librarian is needed"), heading, says, _on_whose_card(scene, transfer))


def _return_waits(scene: Scene) -> Step:
    """A librarian was called, and the two may still meet by themselves."""
    says = _(
        "This return has waited for weeks, so librarians see it in their list, too. The two of you may still meet."
    )
    return replace(_meet(scene), chip="act", says=says)


def _on_whose_card(scene: Scene, transfer: Transfer | None) -> str:
    if transfer is None or transfer.status != Transfer.Status.REFUSED or transfer.was_seen:
        return _("Until then the library’s desk can tell you on whose card the book stands.")
    if transfer.new_due_at is not None:
        return scene.say(
            _("The book is on your card again; the library has set a new date: %(date)s.")
            if scene.gives
            else _("The book is on %(name)s’s card again, due %(date)s."),
            date=scene.day(transfer.new_due_at),
        )
    if scene.gives:
        return _("The book is still on your card.")
    return scene.say(_("The book is still on %(name)s’s card."))


def _disputed(scene: Scene) -> Step:
    says = _(
        "Librarians see this in their list. Both of you will read here how it was settled; until then nothing runs on by itself."
    )
    transfer = scene.lending.transfer
    moved = transfer is not None and transfer.status == Transfer.Status.DONE
    card = (
        (_("The loan is on %(name)s’s card now") if scene.gives else _("The loan is on your card now")) if moved else ""
    )
    return Step(
        "librarian", "wait", _("A librarian will settle it"), _("A problem was reported."), says, scene.say(card)
    )


def _lent(scene: Scene) -> Step:
    return _lender_reads(scene) if scene.gives else _borrower_reads(scene)


def _lender_reads(scene: Scene) -> Step:
    late = scene.lending.is_overdue(scene.now)
    says = (
        _("%(name)s has been reminded and hears from us every week. You can write below.")
        if late
        else _("%(name)s is reminded three days before. You need do nothing.")
    )
    heading = scene.say(_("With %(name)s until %(date)s"), date=scene.day(scene.lending.due_at))
    answers = scene.say(_("%(name)s answers for the book until you have it back."))
    return Step("lent", "act" if late else "done", _days_left(scene), heading, scene.say(says), answers)


def _borrower_reads(scene: Scene) -> Step:
    due_at = scene.lending.due_at
    late = scene.lending.is_overdue(scene.now)
    soon = late or (due_at is not None and dates.binds(due_at, today=scene.today))
    says = (
        _("Not finished? Write to %(name)s; they may give you longer.")
        if late
        else _("Done with it? Start the return, and the two of you meet once more.")
    )
    heading = scene.say(_("Yours until %(date)s"), date=scene.day(due_at))
    answers = scene.say(_("You answer for the book until %(name)s has it back."))
    return Step("borrowed", "act" if soon else "done", _days_left(scene), heading, scene.say(says), answers)


def _days_left(scene: Scene) -> str:
    return dates.days_left(scene.lending.due_at, today=scene.today) if scene.lending.due_at else ""


def _passing(scene: Scene) -> Step:
    return Step(
        "moving", "wait", _("Handed over"), _("Both of you have confirmed."), _("The next step follows by itself.")
    )


def _completed(scene: Scene) -> Step:
    mode, side = Lending.Mode(scene.lending.mode), 0 if scene.gives else 1
    heads = {
        Lending.Mode.TRANSFER: (_("The loan is on %(name)s’s card now"), _("The loan is on your card now")),
        Lending.Mode.GIFT: (_("The book belongs to %(name)s now"), _("The book is yours now")),
        Lending.Mode.DRIFT: (_("The book travels on with %(name)s"), _("The book is with you now")),
        Lending.Mode.LEND: (_("The book is back with you"), _("You have given the book back")),
    }
    due = (
        _("It is due on %(date)s. Renewing and returning it are yours.")
        if scene.lending.due_at
        else _("The library’s desk can tell you until when. Renewing and returning it are yours.")
    )
    says = {
        Lending.Mode.TRANSFER: (_("You no longer answer for it."), due),
        Lending.Mode.DRIFT: ("", _("Pass it on when you have read it: it is open for requests on its page.")),
    }.get(mode, ("", ""))
    day = scene.day(scene.lending.due_at)
    return Step("closed", "done", _("Completed"), scene.say(heads[mode][side]), scene.say(says[side], date=day))


def _cancelled(scene: Scene) -> Step:
    why = scene.lending.close_reason
    reason = scene.say(_("Reason: “%(why)s”"), why=why) if why else ""
    return Step("closed", "no", _("Cancelled"), _("This lending was cancelled"), reason, _still_with(scene))


def _no_show(scene: Scene) -> Step:
    says = "" if scene.gives else _("Your request goes on to other holders while its time lasts.")
    return Step(
        "closed", "no", _("Not handed over"), _("The book was not handed over in time"), says, _still_with(scene)
    )


def _still_with(scene: Scene) -> str:
    return _("The book has stayed with you.") if scene.gives and not way_steps.was_left(scene) else ""


def _settled(scene: Scene) -> Step:
    return Step("closed", "done", _("Settled"), _("A librarian has settled this"), scene.lending.close_reason)


STEPS: dict[S, Callable[[Scene], Step]] = {
    S.AGREED: _meet,
    S.RETURNING: _meet,
    S.HANDED_OVER: _passing,
    S.TRANSFERRING: _moving,
    S.NEEDS_LIBRARIAN: _librarian,
    S.DISPUTED: _disputed,
    S.ON_LOAN: _lent,
    S.COMPLETED: _completed,
    S.CANCELLED: _cancelled,
    S.NO_SHOW: _no_show,
    S.SETTLED: _settled,
}
