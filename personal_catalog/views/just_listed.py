"""What the reader has listed since signing in here, kept in the session: the list beside the add pages."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

from personal_catalog.models import Copy

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

LISTED = "listed"
MOST_KEPT = 100


def keep(request: HttpRequest, *listed: Copy) -> None:
    new = [copy.pk for copy in listed]
    request.session[LISTED] = [*(pk for pk in ids(request) if pk not in new), *new][-MOST_KEPT:]


def ids(request: HttpRequest) -> list[int]:
    """In the order of listing."""
    return list(request.session.get(LISTED, []))


def copies(request: HttpRequest) -> list[Copy]:
    """Those that still stand on the shelf, the latest first."""
    mine = Copy.objects.owned_by(cast("Reader", request.user)).filter(pk__in=ids(request))
    return list(mine.select_related("title").order_by("-created_at", "-pk"))
