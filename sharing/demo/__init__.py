"""The demo campus, as far as sharing goes: one catalogue for library and readers, half a year of requests and lendings made
by the transitions themselves, how things stand today, and the pages of the guide.

Loaded once: where there is a request already, nothing is added.
"""

from datetime import datetime, timedelta

from django.conf import settings

from library_bridge.models import Reader
from sharing import due, harvests, jobs, notifications, roles
from sharing.demo import company, course_lists, discovery, guide, history, places, ways
from sharing.demo.campus import Campus
from sharing.demo.cast import Cast, assemble
from sharing.demo.desk import Desk
from sharing.demo.present import Present
from sharing.demo.wishes import Wishes
from sharing.models import Notification, Request

SEED = 20150801
NEWS = timedelta(hours=30)
WITH_MAIL = ("Alice", "Bob")


def load(*, now: datetime) -> None:
    roles.ensure_roles()
    guide.load(now=now)
    if not Request.objects.exists():
        with jobs.left_to_the_sweep():
            _tell(now)
    course_lists.load(now=now)
    places.load()


def _tell(now: datetime) -> None:
    cast = assemble(now=now)
    campus = Campus(start=now - timedelta(days=history.DAYS + 1), end=now, seed=SEED)
    places.load_book_house()
    harvests.harvest_library(cast.library, now=campus.clock)
    harvests.plan_night(cast.library, now=now)
    desk, wishes = Desk(campus, cast), Wishes(campus, cast)
    wishes.pool.spared = desk.titles_ahead((*cast.personas, cast.full))
    present = Present(campus, cast, desk, wishes)
    present.tell()
    history.keep_the_rounds(campus, wishes)
    if settings.DEMO_PAST:
        history.tell(campus, cast, desk, wishes)
    try:
        desk.take_back()
        campus.run()
    finally:
        desk.make_the_rest()
        desk.look_again()
    discovery.load(campus, cast)
    company.load(campus, cast)
    ways.load(cast, present)
    for _deed in due.act(now=now):
        pass
    _read_old_news(cast, now)
    _give_addresses()


def _give_addresses() -> None:
    """Once the story is told: what happens from now on also goes out by mail, into files where no server is named."""
    for reader in Reader.objects.filter(display_name__in=WITH_MAIL):
        reader.email = f"{reader.display_name.lower()}@campus.example"
        reader.save(update_fields=["email"])


def _read_old_news(cast: Cast, now: datetime) -> None:
    """Everybody has seen what is older than yesterday; Charlie has not seen that a book is overdue."""
    for reader in cast.cards.values():
        old = Notification.objects.filter(reader=reader.reader, created_at__lt=now - NEWS)
        unseen = old.exclude(event__kind="lending.overdue") if reader.reader == cast.charlie else old
        ids = list(unseen.values_list("pk", flat=True))
        notifications.mark_read(reader=reader.reader, ids=ids, now=now - NEWS)
