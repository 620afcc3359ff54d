"""What now, while a book goes by way of a drop point or a courier instead of from hand to hand."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing import dates
from sharing.models import Deposit, Handover
from sharing.scenes import Scene, Step


def of(scene: Scene, handover: Handover, answers: str) -> Step | None:
    """None where the two meet, or have not agreed yet. `answers`: who answers for a library's book meanwhile."""
    made = {
        (Handover.Method.DROP_POINT, Handover.Status.AGREED): _to_leave,
        (Handover.Method.DROP_POINT, Handover.Status.DEPOSITED): _to_collect,
        (Handover.Method.COURIER, Handover.Status.AGREED): _to_send,
        (Handover.Method.COURIER, Handover.Status.SENT): _to_arrive,
    }.get((Handover.Method(handover.method), Handover.Status(handover.status)))
    if made is None:
        return None
    return made(scene, handover, answers if scene.is_loan and not scene.goes_back else _who_answers(scene))


def _who_answers(scene: Scene) -> str:
    if scene.hands_over:
        return scene.say(_("Until %(name)s has it, you answer for the book."))
    return scene.say(_("Until you have it, %(name)s answers for the book."))


def _by(scene: Scene, handover: Handover) -> str:
    return dates.near_date(handover.starts_at, today=scene.today)


def _to_leave(scene: Scene, handover: Handover, answers: str) -> Step:
    where = {"place": handover.place_name}
    if scene.hands_over:
        word = (
            scene.say(_("Leave it by %(when)s"), when=_by(scene, handover))
            if handover.has_time
            else _("Leave it there")
        )
        days = scene.policy.collect_days
        words = ngettext(
            "%(name)s is told where it lies, and collects it within %(days)s day.",
            "%(name)s is told where it lies, and collects it within %(days)s days.",
            days,
        )
        says = scene.say(words, days=days)
        return Step("leave_book", "act", word, scene.say(_("Leave the book here: %(place)s"), **where), says, answers)
    says = _("You hear from us as soon as the book is there. There is nothing to do now.")
    return Step(
        "awaited", "wait", scene.say(_("%(name)s brings it")), scene.say(_("%(name)s leaves it here: %(place)s"), **where),
        says, answers,
    )  # fmt: skip


def _to_collect(scene: Scene, handover: Handover, answers: str) -> Step:
    deposit = handover.deposit
    day = {"date": scene.day(deposit.collect_by), "place": handover.place_name, "compartment": deposit.compartment}
    if scene.hands_over:
        says = (
            scene.say(_("When nobody has collected it by %(date)s, we tell you, and you take it back."), **day)
            if not scene.goes_back
            else scene.say(_("%(name)s is reminded until it is collected."))
        )
        heading = scene.say(_("It lies here: %(place)s, %(compartment)s"), **day)
        return Step("lies_there", "wait", scene.say(_("%(name)s collects it")), heading, says, answers)
    says = (
        scene.say(_("After that day it goes back to %(name)s."))
        if not scene.goes_back
        else _("With the code confirmed, the lending is finished.")
    )
    heading = scene.say(_("Collect it by %(date)s: %(place)s"), **day)
    return Step("collect_book", "act", _("Ready to collect"), heading, says, answers)


def _to_send(scene: Scene, handover: Handover, answers: str) -> Step:
    if scene.hands_over:
        says = scene.say(_("Keep the receipt. %(name)s is told the number, and confirms when the parcel has arrived."))
        word = scene.say(_("Send it by %(when)s"), when=_by(scene, handover))
        return Step("send_book", "act", word, _("Send the book by courier"), says, answers)
    return Step(
        "awaited", "wait", scene.say(_("%(name)s sends it")), scene.say(_("%(name)s sends it by courier")),
        _("You hear from us as soon as it is on its way. There is nothing to do now."), answers,
    )  # fmt: skip


def _to_arrive(scene: Scene, handover: Handover, answers: str) -> Step:
    by = scene.day(handover.shipment.arrives_by)
    if scene.hands_over:
        says = scene.say(_("%(name)s confirms when it has arrived; we ask on %(date)s at the latest."), date=by)
        return Step("on_its_way", "wait", _("In the post"), _("The book is on its way"), says, answers)
    says = (
        scene.say(_("Without your word by %(date)s a librarian asks what has become of it."), date=by)
        if scene.is_loan
        else scene.say(_("Without your word we take it on %(date)s to have arrived."), date=by)
    )
    return Step("arrival", "wait", _("In the post"), _("The book is on its way to you"), says, answers)


def lies_for_giver(scene: Scene) -> Handover | None:
    """The lending is over, and this reader's book still lies where they left it; from the prefetched rows."""
    if scene.lending.is_live:
        return None
    for handover in scene.lending.handovers.all():
        deposit = getattr(handover, "deposit", None)
        if deposit is not None and deposit.ended_at is None and handover.giver_id == scene.reader.pk:
            return handover
    return None


def was_left(scene: Scene) -> bool:
    """This reader left the book somewhere and has not got it back."""
    for handover in scene.lending.handovers.all():
        deposit = getattr(handover, "deposit", None) if handover.drop_point_id is not None else None
        if deposit is not None and deposit.outcome in ("", Deposit.Outcome.LEFT):
            return handover.giver_id == scene.reader.pk
    return False
