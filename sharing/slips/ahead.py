"""What is next, and what comes then."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sharing import dates
from sharing.models import Handover, Lending
from sharing.scenes import S, Scene
from sharing.slips.row import Row


def ahead(scene: Scene) -> Iterator[Row]:
    status = S(scene.lending.status)
    if status == S.AGREED:
        yield _meeting(scene)
        yield from _then(scene)
    elif scene.goes_back:
        yield _meeting(scene)
    elif status == S.TRANSFERRING:
        yield Row(
            _("The library moves the loan"), _("Nothing for you to do"), when=pgettext("slip", "now"), state="next"
        )
        yield _then_back_to_library(scene)
    elif status in (S.NEEDS_LIBRARIAN, S.DISPUTED):
        yield Row(_("A librarian settles it"), when=pgettext("slip", "next"), state="next")
    elif status == S.ON_LOAN:
        yield _due(scene)
    elif status == S.COMPLETED and scene.is_loan and scene.lending.due_at is not None:
        yield Row(_("Due"), _back_to_library(scene), scene.lending.due_at, state="later")


def _due(scene: Scene) -> Row:
    """Once the day is past, what is next has no day of its own: it stands below the reminders, which are of later days."""
    due_at = scene.lending.due_at
    if due_at is not None and scene.lending.is_overdue(scene.now):
        note = scene.say(_("It was due on %(date)s"), date=scene.day(due_at))
        return Row(_back_to_owner(scene), note, when=pgettext("slip", "now"), state="next", acts=True)
    return Row(_("Due"), _back_to_owner(scene), due_at, state="next", acts=_binds(scene))


def _binds(scene: Scene) -> bool:
    due_at = scene.lending.due_at
    return due_at is not None and dates.binds(due_at, today=scene.today)


def _back_to_owner(scene: Scene) -> str:
    return (
        scene.say(_("%(name)s gives it back to you")) if scene.gives else scene.say(_("You give it back to %(name)s"))
    )


def _back_to_library(scene: Scene) -> str:
    return scene.say(_("%(name)s returns it to the library")) if scene.gives else _("You return it to the library")


def _meeting(scene: Scene) -> Row:
    handover = scene.handover
    if handover is None:
        return Row(
            _("Arrange the handover"),
            scene.say(_("by %(date)s"), date=scene.day(scene.lending.deadline_at)),
            when=pgettext("slip", "next"),
            state="next",
            acts=True,
        )
    if handover.status == Handover.Status.PROPOSED:
        mine = handover.proposed_by_id == scene.reader.pk
        note = scene.say(_("%(name)s answers")) if mine else _("You answer")
        return Row(_("Handover proposed"), note, handover.starts_at, state="next", acts=not mine)
    if handover.method != Handover.Method.IN_PERSON:
        return _by_way_of(scene, handover)
    if scene.missed:
        return Row(_("Meet and hand it over"), scene.missed, handover.starts_at, state="next", acts=True)
    if scene.hands_over:
        note = scene.say(_("You show the code, %(name)s confirms"))
    else:
        note = scene.say(_("%(name)s shows the code, you confirm"))
    if not handover.has_time:
        return Row(_("Meet and hand it back"), note, when=pgettext("slip", "next"), state="next")
    soon = dates.binds(handover.starts_at, today=scene.today)
    return Row(_("Meet and hand it over"), note, handover.starts_at, state="next", acts=soon)


def _by_way_of(scene: Scene, handover: Handover) -> Row:
    """The next step of a book that goes by drop point or courier."""
    mine = scene.meets != "awaited"
    if handover.status == Handover.Status.DEPOSITED:
        note = _("You collect it") if mine else scene.say(_("%(name)s collects it"))
        return Row(_("Collect it at the drop point"), note, handover.deposit.collect_by, state="next", acts=mine)
    if handover.status == Handover.Status.SENT:
        return Row(_("The parcel arrives"), handover.shipment.carrier, when=pgettext("slip", "next"), state="next")
    at = handover.starts_at if handover.has_time else None
    when = "" if at else pgettext("slip", "next")
    if handover.method == Handover.Method.COURIER:
        note = _("You send it") if mine else scene.say(_("%(name)s sends it"))
        return Row(_("Send it by courier"), note, at, when=when, state="next", acts=mine)
    note = _("You bring it") if mine else scene.say(_("%(name)s brings it"))
    return Row(_("Leave it at the drop point"), note, at, when=when, state="next", acts=mine)


def _then(scene: Scene) -> Iterator[Row]:
    if scene.is_loan:
        yield Row(_("The library moves the loan"), when=pgettext("slip", "then"), state="later")
        yield _then_back_to_library(scene)
    elif scene.lending.mode == Lending.Mode.LEND:
        yield Row(_back_to_owner(scene), when=pgettext("slip", "then"), state="later")


def _then_back_to_library(scene: Scene) -> Row:
    return Row(_back_to_library(scene), _("The library sets the date"), when=pgettext("slip", "then"), state="later")
