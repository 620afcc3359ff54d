"""What the library owes its readers at a moment: points that may still be redeemed, and vouchers that may still be shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from incentives.models import Account, Posting, Reward, Voucher

Kind, Status = Account.Kind, Voucher.Status


@dataclass(frozen=True, slots=True)
class Promised:
    """All in points. `open_vouchers` are issued and neither used nor returned nor expired."""

    issued: int
    redeemed: int
    with_readers: int
    held: int
    owed: int
    open_vouchers: int
    open_points: int


def total(*, now: datetime) -> Promised:
    """Issued = redeemed + with readers + held − owed, as every entry adds up to zero."""
    sums = dict(Posting.objects.order_by().values_list("account__kind").annotate(total=Sum("amount")))
    still = _open(now).aggregate(n=Count("pk"), points=Coalesce(Sum("price"), 0))
    return Promised(
        issued=-sums.get(Kind.ISSUING, 0), redeemed=sums.get(Kind.REDEMPTION, 0), with_readers=sums.get(Kind.READER, 0),
        held=sums.get(Kind.FROZEN, 0), owed=-sums.get(Kind.DEBT, 0), open_vouchers=still["n"], open_points=still["points"],
    )  # fmt: skip


def by_reward(*, now: datetime) -> QuerySet[Reward]:
    """Each with `waiting` to be shown, `used` and `expired` vouchers."""
    counted = {
        "waiting": Q(vouchers__status=Status.ISSUED, vouchers__expires_at__gt=now),
        "used": Q(vouchers__status=Status.USED),
        "expired": Q(vouchers__status=Status.EXPIRED)
        | Q(vouchers__status=Status.ISSUED, vouchers__expires_at__lte=now),
    }
    return Reward.objects.annotate(**{name: Count("vouchers", filter=which) for name, which in counted.items()})


def _open(now: datetime) -> QuerySet[Voucher]:
    return Voucher.objects.filter(status=Status.ISSUED, expires_at__gt=now)
