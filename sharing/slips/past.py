"""What happened, in the words of the viewer's side. One query."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from sharing import places, timeline
from sharing.models import Ask, DomainEvent, Handover
from sharing.models.conditions import parts_in_words
from sharing.scenes import S, Scene
from sharing.slips.row import Row


def past(scene: Scene) -> Iterator[Row]:
    events = timeline.told_to_both().filter(lending=scene.lending, kind__in=WHAT)
    events = events.select_related("handover__lending", "actor")
    opened = {"kind": "handover.agreed", "from_status": ""}  # with the return; nobody has agreed to a time
    events = events.exclude(**opened)
    last: datetime | None = None
    for event in events:
        ended_with_it = event.kind == "lending.completed" and not scene.is_loan and last == event.at
        last = event.at
        if not ended_with_it:
            yield Row(*WHAT[event.kind](scene, event), at=event.at)


def _by(scene: Scene, event: DomainEvent, mine: str, theirs: str) -> str:
    """In the second person or with the other's name."""
    return mine if event.actor_id == scene.reader.pk else scene.say(theirs)


def _accepted(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    if event.actor_id is None:
        return _("Agreed beforehand"), _said(event.why) if scene.gives else ""
    what = _by(scene, event, _("You agreed"), _("%(name)s agreed"))
    if event.why == Ask.Consent.NOW:
        return what, _("Face to face")
    hours = event.data.get("hours")
    if not isinstance(hours, int | float) or hours >= 48:
        return what, ""
    if hours < 1:
        return what, _("Answered within the hour")
    return what, scene.say(_("Answered within %(hours)s h"), hours=int(hours) + 1)


def _said(consent: str) -> str:
    return _("You had offered it") if consent == Ask.Consent.OFFER else _("By your standing consent")


def _arranged(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    assert event.handover is not None
    back = event.handover.direction == Handover.Direction.BACK
    return (
        _("Return arranged") if back else _("Handover arranged"),
        places.meeting_in_words(event.handover, scene.reader, now=scene.now),
    )


def _confirmed(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    assert event.handover is not None
    if event.handover.direction == Handover.Direction.BACK:
        return _("Given back"), _how_confirmed(scene, event)
    return _("Handed over"), _how_confirmed(scene, event)


def _how_confirmed(scene: Scene, event: DomainEvent) -> str:
    if event.actor_id is None:
        sent = event.handover is not None and event.handover.method == Handover.Method.COURIER
        return _("Taken to have arrived") if sent else _("Collected by whoever was sent for it")
    if event.read_at:
        return scene.say(
            _("Confirmed without network at %(time)s, counted when it arrived"), time=_clock(event.read_at)
        )
    return _("Both of you have confirmed")


def _deposited(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Left at the drop point"), _by(scene, event, _("by you"), _("by %(name)s"))


def _sent(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Sent by courier"), _by(scene, event, _("by you"), _("by %(name)s"))


def _corrected(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Carrier or tracking number corrected"), _by(scene, event, _("by you"), _("by %(name)s"))


def _nobody_else(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Nobody else collects it any more"), _("It goes by courier; the link has ended")


def _taken_back(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Taken back from the drop point"), _by(scene, event, _("by you"), _("by %(name)s"))


def _not_there(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    by = _by(scene, event, _("You reported a problem"), _("%(name)s reported a problem"))
    return _("Not at the drop point any more"), by


def _looked_into(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Looked into by a librarian"), event.why


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _extended(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Extended"), _by(scene, event, _("You keep it longer"), _("%(name)s keeps it longer"))


def _returning(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("On the way back"), _by(scene, event, _("You started the return"), _("%(name)s started the return"))


def _overdue(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Overdue"), scene.say(_("%(name)s was reminded")) if scene.gives else _("You were reminded")


def _librarian(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    if event.from_status == S.RETURNING:
        return _("Not back yet"), _("A librarian has to look")
    return _("The library did not move the loan"), _("A librarian has to look")


def _completed(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    if scene.is_loan:
        taker = scene.say(_("to %(name)s’s card")) if scene.gives else _("to your card")
        return _("The library moved the loan"), taker
    return _("Completed"), ""


def _cancelled(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _by(scene, event, _("You cancelled"), _("%(name)s cancelled")), event.why


def _disputed(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    if event.actor_id is None:
        return _("Nobody has said that it arrived"), _("A librarian has to look")
    return _by(scene, event, _("You reported a problem"), _("%(name)s reported a problem")), event.why


def _settled(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Settled by a librarian"), event.why


def _looked_up(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("A librarian looked up who you two are"), event.why


def _condition(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    by = _by(scene, event, _("Noted by you"), _("Noted by %(name)s"))
    found = _("Condition: %(words)s") % {"words": parts_in_words(event.data["worse"])}
    return found, by


def _no_show(scene: Scene, event: DomainEvent) -> tuple[str, str]:
    return _("Not handed over in time"), _("The lending ended by itself")


WHAT: dict[str, Callable[[Scene, DomainEvent], tuple[str, str]]] = {
    "ask.accepted": _accepted,
    "handover.agreed": _arranged,
    "handover.deposited": _deposited,
    "handover.sent": _sent,
    "handover.corrected": _corrected,
    "handover.taken_back": _taken_back,
    "collector.withdrawn": _nobody_else,
    "handover.not_there": _not_there,
    "handover.looked_into": _looked_into,
    "handover.confirmed": _confirmed,
    "lending.extended": _extended,
    "lending.overdue": _overdue,
    "lending.returning": _returning,
    "lending.needs_librarian": _librarian,
    "lending.completed": _completed,
    "lending.cancelled": _cancelled,
    "lending.no_show": _no_show,
    "lending.disputed": _disputed,
    "lending.settled": _settled,
    "lending.looked_up": _looked_up,
    "condition.noted": _condition,
    "condition.worse": _condition,
}
