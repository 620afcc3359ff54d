"""Titles as the catalogue makes them (indexed), curators, and facts to begin with."""

from datetime import datetime

from django.contrib.auth.models import Permission

from library_bridge.models import Reader
from personal_catalog import copies, titles
from personal_catalog.facts import BookFacts, typed
from personal_catalog.models import Copy, Title
from tests import factories

PROCRASTINATION = "9787300113906"
FORTRESS = "9787020024759"


def facts(title: str = "拖延心理学", **fields: object) -> BookFacts:
    return typed({"title": title, "creators": ["简·博克"], **fields})


def title(name: str = "拖延心理学", *, now: datetime, source: str = "library", **fields: object) -> Title:
    return titles.find_or_create(facts=facts(name, **fields), source=source, now=now)


def copy(owner: Reader, *, now: datetime, of: Title | None = None, **how: str) -> Copy:
    return copies.register_copy(title=of or title(now=now), owner=owner, now=now, **how)


def curator(name: str = "Lin") -> Reader:
    lin = factories.reader(name, is_staff=True)
    wanted = (
        "change_title",
        "add_title",
        "view_title",
        "add_heading",
        "change_heading",
        "view_heading",
        "access_admin",
    )
    lin.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return Reader.objects.get(pk=lin.pk)
