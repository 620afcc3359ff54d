"""What stands in a reader's calendar: agreed meetings, and the days on which books are due.

Whoever has the calendar's address reads it, so nobody is named: a place in somebody's own words, which may hold a name,
stands on the lending's page only.
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import LibraryLoan, Reader
from sharing import calendars, places, policies, typography
from sharing.calendars import DueDay, Meeting
from sharing.mailing import links
from sharing.models import Lending, OutsideLoan
from sharing.phrases import fill
from sharing.scenes import Scene


def of(reader: Reader, *, now: datetime) -> Iterator[Meeting | DueDay]:
    """Six queries, however many entries."""
    policy, listed = policies.current(), places.listed()
    for lending in Lending.objects.visible_to(reader).live().for_page().order_by("pk"):
        yield from _of_lending(Scene(lending, reader, policy, now), listed)
    for loan in _on_card(reader):
        catalogued = getattr(loan, "catalogued", None)
        words = _say(_("%(title)s is due at the library"), catalogued.title if catalogued else loan)
        yield _due(f"loan-{loan.pk}", timezone.localdate(loan.due_at), words, reverse("todo"))
    for outside in OutsideLoan.objects.running().filter(reader=reader).select_related("copy__title"):
        words = _say(_("%(title)s is due back") if outside.copy else _("%(title)s is due"), outside.copy or outside)
        yield _due(f"outside-{outside.pk}", outside.due_date, words, reverse("outside-loans"))


def _of_lending(scene: Scene, listed: set[str]) -> Iterator[Meeting | DueDay]:
    lending = scene.lending
    if meeting := calendars.meeting_of(scene, summary=_act(scene)):
        yield meeting if meeting.place in listed else meeting.without_place()
    if lending.due_at and lending.status == Lending.Status.ON_LOAN:
        words = _say(_("%(title)s is due back") if scene.gives else _("%(title)s is due"), lending.title)
        yield _due(f"due-{lending.pk}", timezone.localdate(lending.due_at), words, lending.get_absolute_url())


def _act(scene: Scene) -> str:
    if scene.goes_back:
        words = _("Give %(title)s back") if scene.hands_over else _("Take %(title)s back")
    else:
        words = _("Hand over %(title)s") if scene.hands_over else _("Collect %(title)s")
    return _say(words, scene.lending.title)


def _on_card(reader: Reader) -> QuerySet[LibraryLoan]:
    return LibraryLoan.objects.visible_to(reader).open().select_related("catalogued__title")


def _say(words: str, book: object) -> str:
    return fill(words, {"title": typography.quoted(typography.name_of(book))})


def _due(uid: str, day: date, summary: str, path: str) -> DueDay:
    return DueDay(calendars.uid(uid), day, summary, links.absolute(path))
