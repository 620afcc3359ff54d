"""Refusals of this app, on sharing's base: nothing was saved, a stable code, a sentence for the reader."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives.models import RewardBudget
from sharing import dates, typography
from sharing.errors import LimitReached, SharingError


class PointsOff(SharingError):
    status = 409
    code = "points_off"

    def __init__(self) -> None:
        super().__init__(_("You have switched points off. On “My data” you can switch them on again."))


class AlreadyReversed(SharingError):
    status = 409
    code = "already_reversed"

    def __init__(self) -> None:
        super().__init__(_("This entry has been reversed already."))


class NotEnoughPoints(SharingError):
    code = "not_enough_points"

    def __init__(self, missing: int) -> None:
        text = ngettext(
            "You are %(n)s point short. Nothing was taken.", "You are %(n)s points short. Nothing was taken.", missing
        )
        super().__init__(text % {"n": missing})
        self.missing = missing


class RedeemingClosed(SharingError):
    status = 503
    code = "redeeming_closed"

    def __init__(self) -> None:
        super().__init__(_("Redeeming is closed at the moment. Your points stay as they are."))


class RewardEnded(SharingError):
    status = 409
    code = "reward_ended"

    def __init__(self) -> None:
        super().__init__(_("This is not on offer any more. No points were taken."))


class SoldOut(SharingError):
    status = 409
    code = "sold_out"

    def __init__(self) -> None:
        super().__init__(_("The last one has just gone. No points were taken."))


class BudgetUsedUp(SharingError):
    status = 409
    code = "budget_used_up"

    def __init__(self, budget: RewardBudget) -> None:
        why = used_up(budget)
        super().__init__(why + typography.gap(why) + _("No points were taken."))


def used_up(budget: RewardBudget) -> str:
    """For the page too, which says it before anybody tries."""
    if budget.left:
        text = _(
            "What the library has set aside for rewards until %(date)s is nearly used up: it is not enough for this."
        )
    else:
        text = _("What the library has set aside for rewards until %(date)s is used up.")
    return text % {"date": dates.long_date(budget.ends_date, today=timezone.localdate())}


class NothingGained(SharingError):
    status = 409
    code = "nothing_gained"

    def __init__(self) -> None:
        super().__init__(_("As things stand, this would not give you one more open request. No points were taken."))


class NotForTheDesk(SharingError):
    status = 409
    code = "not_for_the_desk"

    def __init__(self) -> None:
        super().__init__(
            _("There is nothing to hand over for this one: its reader uses it on the service’s own pages.")
        )


class RewardLimitReached(LimitReached):
    """For good: there is no time at which to try again."""

    def __init__(self) -> None:
        super().__init__(_("You have had this as often as one reader can. No points were taken."))


class PriceChanged(SharingError):
    status = 409
    code = "price_changed"

    def __init__(self) -> None:
        super().__init__(_("The price has changed meanwhile. No points were taken; please look again."))


class KeyReused(SharingError):
    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(_("This was sent before with other content. No points were taken."))


class VoucherClosed(SharingError):
    status = 409
    code = "illegal_transition"

    def __init__(self) -> None:
        super().__init__(_("This voucher has been used or returned, or has expired."))


class TooLateToReturn(SharingError):
    status = 409
    code = "too_late"

    def __init__(self) -> None:
        super().__init__(_("A voucher can be returned for seven days. This one is older."))


class NotForOneself(SharingError):
    code = "not_for_oneself"

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to do this: it concerns you, or you proposed it."))


class PseudonymTaken(SharingError):
    code = "pseudonym_taken"

    def __init__(self) -> None:
        super().__init__(_("Please choose another pseudonym: this one is taken, or is your own name."))


class AppealOpen(SharingError):
    status = 409
    code = "appeal_open"

    def __init__(self) -> None:
        super().__init__(_("You have asked already; a librarian will answer."))


class StartsInThePast(SharingError):
    code = "starts_in_the_past"

    def __init__(self) -> None:
        super().__init__(_("A change can’t begin in the past: what happened then has been paid."))
