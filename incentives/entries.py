"""A reader's own entries of the ledger, with all that their words are made of (`incentives.reasons`)."""

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from incentives.models import Account, Entry, Posting
from library_bridge.models import Reader
from sharing import prepared
from sharing.prepared import READER, Given

Kind = Account.Kind
LATEST = 6


def of(reader: Reader | Given) -> QuerySet[Entry]:
    """The reader's own entries, newest first, each with its `amount`: what it changed of what is, or will be, the reader's."""
    own = Posting.objects.filter(
        entry=OuterRef("pk"), account__kind__in=(Kind.READER, Kind.DEBT), account__reader=reader
    )
    amount = own.order_by().values("entry").annotate(amount=Sum("amount")).values("amount")
    return (
        _own(reader)
        .annotate(amount=Coalesce(Subquery(amount), 0))
        .select_related("event__request__title", "rule", "voucher__reward", "reverses__voucher__reward", "adjustment")
        .only(*_SHOWN)
    )


def latest(reader: Reader) -> list[Entry]:
    """The first few of them."""
    return prepared.objects(_latest, values={"reader": reader.pk})


def _latest() -> QuerySet[Entry]:
    return of(READER)[:LATEST]


def _own(reader: Reader | Given) -> QuerySet[Entry]:
    """Of one account, named so that its index gives them in their order: the neighbours of few are looked for."""
    account = Account.objects.filter(kind=Kind.READER, reader=reader).order_by()
    return Entry.objects.filter(account=Subquery(account.values("pk")[:1])).order_by("-at", "-pk")


_REWARD = ("name_zh", "name_en", "place_zh", "place_en", "effect")
_SHOWN = (
    "kind", "account", "at", "reason", "params", "available_at", "rule__code", "adjustment__reason",
    "reverses__kind", "reverses__reason", "reverses__params", "reverses__rule",
    *(f"event__request__title__{name}" for name in ("title", "language", "creators", "cover")),
    *(f"{way}voucher__reward__{name}" for way in ("", "reverses__") for name in _REWARD),
)  # fmt: skip
"""What the words of an entry are made of (`incentives.reasons`): a title alone has three times as many columns."""
