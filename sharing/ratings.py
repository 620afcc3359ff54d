"""Each of the two says once how the exchange went. Both ratings open together, or after a fortnight: whoever rates last has not
read the other's (T-C9)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import events, locks
from sharing.errors import Denied, IllegalTransition
from sharing.models import Lending, Rating

WITHIN = timedelta(days=14)
LONGEST = 300


@transaction.atomic(durable=True)
def rate_exchange(*, lending_id: int, actor: Reader, went: str, words: str = "", now: datetime) -> Rating:
    """Within a fortnight of the end of a lending whose book changed hands. Again gives what was said first: a rating is not
    changed once the other side may know of it.

    Raises NotFound, IllegalTransition or Denied.
    """
    lending = locks.lending(lending_id, actor=actor)
    said = lending.ratings.filter(reader=actor).first()
    if said is not None:
        return said
    _require_sense(went, words)
    if not may_rate(lending, now):
        raise IllegalTransition(lending.status, "rated", _("An exchange is rated in the fortnight after its end."))
    rating = Rating.objects.create(
        lending=lending, reader=actor, went=went, words=words.replace("\x00", "").strip(), rated_at=now
    )
    both = lending.ratings.count() == 2
    events.record("lending.rated", now=now, actor=actor, lending=lending, data={"both": both})
    return rating


def _require_sense(went: str, words: str) -> None:
    if went not in Rating.Went.values:
        raise Denied(_("Choose how it went."), field="went")
    if len(words) > LONGEST:
        raise Denied(_("At most 300 characters, please."), field="words")


def may_rate(lending: Lending, now: datetime) -> bool:
    """Where nothing changed hands there was no exchange."""
    return lending.closed_at is not None and lending.handed_over_at is not None and now < opens_at(lending)


def to_rate(reader: Reader, now: datetime) -> Q:
    """Of lendings: the reader's own that have ended and about which the reader has not said how they went."""
    said = Rating.objects.filter(lending=OuterRef("pk"), reader=reader)
    return Q(~Exists(said), closed_at__gt=now - WITHIN, handed_over_at__isnull=False)


def opens_at(lending: Lending) -> datetime:
    assert lending.closed_at is not None
    return lending.closed_at + WITHIN


def are_open(lending: Lending, given: Iterable[Rating], now: datetime) -> bool:
    return lending.closed_at is not None and (len(list(given)) == 2 or now >= opens_at(lending))
