"""The librarians' desk: Lin may everything, Clerk what a test gives, Charlie of the staff nothing but the door, Bob is a reader."""

from datetime import datetime, timedelta

import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from library_bridge.models import Reader
from tests import factories
from tests.sharing.pages import Page, browser

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def staff(*permissions: str, name: str = "Clerk") -> Reader:
    """A member of the staff with the door and these rights."""
    made = factories.reader(name, is_staff=True)
    for permission in ("wagtailadmin.access_admin", *permissions):
        app, codename = permission.split(".")
        made.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return Reader.objects.get(pk=made.pk)


def seen(path: str, who: Reader, now: datetime, *, language: str = "en") -> Page:
    with time_machine.travel(now, tick=False):
        return Page(browser(who, language=language).get(path))


def sent(path: str, who: Reader | Client, now: datetime, **form: str) -> Page:
    client = who if isinstance(who, Client) else browser(who)
    with time_machine.travel(now, tick=False):
        return Page(client.post(path, form, follow=True))
