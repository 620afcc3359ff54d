"""Following a shelf: only one that its reader shows, under a name chosen for it, and for as long as they do.

What is there is what everybody may see anyway, gathered in one place. Followers are told once a day at most, of all new books
together, and in words that name no shelf: whoever has closed theirs since is named nowhere.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import availability, events, policies, profiles
from sharing.crowds import FEWEST_PEOPLE
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import ShelfFollow, ShownShelf

MOST_FOLLOWED = 50
PAUSE = timedelta(days=1)
"""Between two tidings of the same shelf."""
LATELY = 12


@transaction.atomic(durable=True)
def open_shelf(*, actor: Reader, name: str, now: datetime) -> ShownShelf:
    """The reader agrees. Again it changes the name and nothing else. Locks the reader. Raises Denied for the name."""
    called = _free_name(actor, name)
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    fresh = {"reader": actor, "name": called, "opened_at": now, "told_at": now}
    try:
        with transaction.atomic():
            shelf, new = ShownShelf.objects.update_or_create(
                reader=actor, defaults={"name": called}, create_defaults=fresh
            )
    except IntegrityError:  # somebody was quicker
        raise Denied(_("Another shelf has this name already."), field="name") from None
    if new:
        events.record("shelf.opened", now=now, actor=actor, data={"shelf": shelf.pk})
    return shelf


@transaction.atomic(durable=True)
def close_shelf(*, actor: Reader, now: datetime) -> None:
    """With all who follow it; opened again it has another address and nobody follows. Again changes nothing."""
    if ShownShelf.objects.filter(reader=actor).delete()[0]:
        events.record("shelf.closed", now=now, actor=actor)


@transaction.atomic(durable=True)
def follow_shelf(*, code: str, actor: Reader, now: datetime) -> ShownShelf:
    """Again changes nothing. Its reader is not told who. Raises NotFound, Denied for one's own, LimitReached."""
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    shelf = ShownShelf.objects.select_for_update(of=("self",), no_key=True).filter(code=code).first()
    if shelf is None or not shown().filter(pk=shelf.pk).exists():
        raise NotFound
    policies.require(not shelf.is_of(actor), Denied(_("This is your own shelf.")))
    mine = ShelfFollow.objects.filter(follower=actor)
    if mine.filter(shelf=shelf).exists():
        return shelf
    if mine.count() >= MOST_FOLLOWED:
        raise LimitReached(_("You can follow %(most)d shelves. Leave one first.") % {"most": MOST_FOLLOWED})
    ShelfFollow.objects.create(shelf=shelf, follower=actor, since=now)
    events.record("shelf.followed", now=now, actor=actor, data={"shelf": shelf.pk})
    return shelf


@transaction.atomic(durable=True)
def unfollow_shelf(*, code: str, actor: Reader, now: datetime) -> None:
    """Again changes nothing."""
    if ShelfFollow.objects.filter(shelf__code=code, follower=actor).delete()[0]:
        events.record("shelf.unfollowed", now=now, actor=actor)


def shown() -> "QuerySet[ShownShelf]":
    return ShownShelf.objects.filter(reader__is_active=True)


def followed_by(reader: Reader) -> "QuerySet[ShownShelf]":
    return shown().filter(follows__follower=reader).order_by("-follows__since", "-pk")


def to_discover(reader: Reader) -> list[ShownShelf]:
    """Others' shelves with something on them that the reader does not follow, those with the newest books first."""
    mine = ShelfFollow.objects.filter(follower=reader, shelf=OuterRef("pk"))
    books = availability.shown_copies(reader=None).filter(owner=OuterRef("reader"))
    rows = shown().filter(~Exists(mine), Exists(books)).exclude(reader=reader)
    return list(rows.order_by("-told_at", "-pk")[:LATELY])


def books_of(shelf: ShownShelf) -> "QuerySet[Copy]":
    """What everybody may see of it, whoever has it just now; the newest first."""
    rows = availability.shown_copies(reader=None).filter(owner=shelf.reader_id)
    return rows.select_related("title").order_by("-created_at", "-pk")


def new_books(reader: Reader) -> list[Copy]:
    """The last of the shelves that the reader follows. One query."""
    shelves = ShelfFollow.objects.filter(follower=reader, shelf__reader__is_active=True)
    rows = availability.shown_copies(reader=None).filter(owner__in=shelves.values("shelf__reader"))
    return list(rows.select_related("title").order_by("-created_at", "-pk")[:LATELY])


def due(*, now: datetime) -> "QuerySet[ShownShelf]":
    """Followed ones with a new book, of which nothing was told for a day."""
    new = availability.shown_copies(reader=None).filter(owner=OuterRef("reader"), created_at__gt=OuterRef("told_at"))
    followed = ShelfFollow.objects.filter(shelf=OuterRef("pk"))
    return shown().filter(Exists(new), Exists(followed), told_at__lte=now - PAUSE).order_by("told_at", "pk")


@transaction.atomic(durable=True)
def tell_followers(*, shelf_id: int, now: datetime) -> bool:
    """One event for all new books and all who follow. Locks the shelf, so that two sweeps tell of a book once."""
    shelf = ShownShelf.objects.select_for_update(of=("self",), no_key=True).filter(pk=shelf_id).first()
    if shelf is None or not due(now=now).filter(pk=shelf_id).exists():
        return False
    new = books_of(shelf).filter(created_at__gt=shelf.told_at, created_at__lte=now)
    first, count = new.first(), new.count()
    shelf.told_at = now
    shelf.save(update_fields=["told_at"])
    if first is None:
        return False
    readers = sorted(shelf.follows.values_list("follower_id", flat=True))
    said = {"title": first.title.title, "language": first.title.language, "count": count}
    events.record("shelf.grew", now=now, actor=None, data={"readers": readers, **said})
    return True


def followers(reader: Reader) -> int:
    """Of one's own shelf; 0 also for fewer than five (P6)."""
    count = ShelfFollow.objects.filter(shelf__reader=reader).count()
    return count if count >= FEWEST_PEOPLE else 0


def _free_name(actor: Reader, text: str) -> str:
    try:
        name = profiles.checked_name(text)
    except Denied as refusal:
        raise Denied(refusal.message, refusal.code, field="name") from None
    own = {actor.display_name.casefold(), actor.pseudonym.casefold()}
    if name.casefold() in own:
        raise Denied(_("Please take another than your display name and your pseudonym."), field="name")
    if ShownShelf.objects.filter(name__iexact=name).exclude(reader=actor).exists():
        raise Denied(_("Another shelf has this name already."), field="name")
    return name
