"""A reader's shelf: own copies at home and away, and what came from the library or from other readers. The number of queries
does not grow with the books."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from library_bridge.models import Reader
from personal_catalog.models import Copy, ShelfTag
from sharing import chains, dates, people, policies, todo
from sharing.agenda import Away, away_of
from sharing.holding_words import Chip
from sharing.models import Ask, Lending, Request
from sharing.phrases import fill


@dataclass(frozen=True)
class Standing:
    """A copy on the board: `chip` says whether it can be had, `hint` how it has fared."""

    copy: Copy
    chip: Chip
    hint: str
    url: str


@dataclass(frozen=True)
class Counts:
    own: int
    library: int
    borrowed: int
    lent: int
    """How often this reader has handed over a copy of this shelf; what others passed on is not counted, here or beside a book."""


def counts(reader: Reader) -> Counts:
    """Four queries."""
    return Counts(
        Copy.objects.owned_by(reader).count(),
        todo.library_loans(reader).count(),
        borrowed(reader).count(),
        Lending.objects.filter(copy__owner=reader, giver=reader, handed_over_at__isnull=False).count(),
    )


def at_home(reader: Reader, *, tag: ShelfTag | None = None) -> QuerySet[Copy]:
    """What stands on the reader's own board, with what is asked and promised of it; only what carries the `tag`."""
    own = Copy.objects.owned_by(reader) if tag is None else Copy.objects.owned_by(reader).filter(tags=tag)
    lendings = Lending.objects.filter(copy=OuterRef("pk")).order_by()
    mine = lendings.filter(giver=reader, handed_over_at__isnull=False)  # as `counts`: what others passed on is not lent
    lent = mine.values("copy").annotate(n=Count("pk")).values("n")
    waiting = Request.objects.filter(title=OuterRef("title"), status=Request.Status.OPEN).exclude(requester=reader)
    queue = waiting.order_by().values("title").annotate(n=Count("pk")).values("n")
    return (
        own.filter(holder=F("owner"))
        .select_related("title")
        .annotate(
            times_lent=Coalesce(Subquery(lent), 0),
            queue=Coalesce(Subquery(queue), 0),
            promised=Subquery(lendings.filter(closed_at=None).values("pk")[:1]),
            asked=Subquery(
                Ask.objects.waiting().filter(copy=OuterRef("pk"), holder=reader).order_by().values("pk")[:1]
            ),
        )
    )


def standing(copy: Copy) -> Standing:
    """Of a row of `at_home`."""
    return Standing(copy, _chip(copy), _hint(copy), copy.get_absolute_url())


def _chip(copy: Copy) -> Chip:
    if getattr(copy, "promised", None):
        return Chip("wait", _("Promised"))
    if getattr(copy, "asked", None):
        return Chip("act", _("Asked for"))
    never = copy.status == Copy.Status.PAUSED or copy.visibility == Copy.Visibility.NOBODY
    return Chip("no" if never or copy.mode == Copy.Mode.DISPLAY else "free", copy.get_mode_display())


def _hint(copy: Copy) -> str:
    if copy.status == Copy.Status.PAUSED:
        return pgettext("copy", "Paused")
    if copy.visibility == Copy.Visibility.NOBODY:
        return _("Only you see it")
    if copy.visibility == Copy.Visibility.GROUPS:
        return _("Your groups see it")
    if copy.mode == Copy.Mode.DISPLAY:
        return _("Not lent")
    if copy.title.lookup_pending:
        return _("Record still being completed")
    queue, times = getattr(copy, "queue", 0), getattr(copy, "times_lent", 0)
    if queue:
        return ngettext("%(count)d reader waits for it", "%(count)d readers wait for it", queue) % {"count": queue}
    if times:
        return ngettext("Lent %(count)d time", "Lent %(count)d times", times) % {"count": times}
    return _("Not lent yet")


@dataclass(frozen=True)
class Out:
    """A copy in other hands: with whom, which the lending's consent allows to say, and what the owner can do."""

    copy: Copy
    chip: Chip
    says: str
    due_at: datetime | None
    url: str
    action: str


def away(reader: Reader, *, now: datetime) -> list[Out]:
    """The late ones first. Three queries."""
    live = Lending.objects.live().filter(giver=reader, copy__isnull=False).select_related("request__title", "taker")
    return [_out(row, now) for row in away_of(reader, live)]


def _out(row: Away, now: datetime) -> Out:
    copy, lending = row.copy, row.lending
    if lending is None:
        url, action = copy.title.get_absolute_url(), pgettext("button", "Its journey")
        return Out(copy, Chip("wait", _("Drifting")), _("travelling from reader to reader"), None, url, action)
    url, name = lending.get_absolute_url(), people.name(lending.taker)
    if policies.is_going_back(lending):
        says = fill(_("on the way back from %(name)s"), {"name": name})
        return Out(
            copy,
            Chip("wait", pgettext("copy", "On the way back")),
            says,
            lending.due_at,
            url,
            pgettext("button", "Take it back"),
        )
    says = fill(pgettext("a lent book", "with %(name)s"), {"name": name})
    if lending.is_overdue(now) and lending.due_at:
        late = Chip("act", dates.days_left(lending.due_at, today=dates.day_of(now)).capitalize())
        return Out(copy, late, says, lending.due_at, url, pgettext("button", "Write"))
    return Out(copy, Chip("wait", _("Lent out")), says, lending.due_at, url, pgettext("button", "See the slip"))


def borrowed(reader: Reader) -> QuerySet[Copy]:
    """Other readers' copies in this reader's hands; with a lending while they are to be given back."""
    mine = Lending.objects.live().filter(copy=OuterRef("pk"), taker=reader).order_by()
    return (
        Copy.objects.in_register()
        .filter(holder=reader)
        .exclude(owner=reader)
        .select_related("title")
        .annotate(wanted=chains.somebody_waits("title", but=reader))
        .annotate(lending_id=Subquery(mine.values("pk")[:1]), due_at=Subquery(mine.values("due_at")[:1]))
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )
