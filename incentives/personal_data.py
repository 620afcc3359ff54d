"""What the points keep of persons; `library_bridge.keeping` says how to read it."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from incentives.models import Entry
from library_bridge.keeping import Forget, Rows, Topic
from sharing import histories

TOPICS = (
    Topic(
        "points",
        _(
            "Points, as a ledger: how many, when and by which rule; never a title or a name. Changes by hand with their reason."
        ),
        _("So that nobody can lose or win points without a trace."),
        _(
            "The entries are never changed or deleted. After your account is erased they belong to a number that means nobody, "
            "and the reasons are gone."
        ),
    ),
    Topic(
        "badges",
        _(
            "Badges, your place and pseudonym on the leaderboards if you take part, also where you were among the first of a week, "
            "a month or a term, and what you have chosen about them."
        ),
        _("For you, and for those to whom you show them."),
        _(
            "Until you leave the boards, or erase your account. That you were among the first is hidden when you leave, and belongs "
            "to nobody when your account is erased."
        ),
    ),
    Topic(
        "vouchers",
        _("Vouchers that you took for points."),
        _("So that each is honoured once."),
        _("With the ledger; without you after your account is erased."),
    ),
    Topic(
        "devices",
        _("While the library gives points: the mark of a random number in a cookie, which tells browsers apart."),
        _("So that nobody earns points with a second account. Shared computers get none."),
        _("90 days after the last sign-in."),
    ),
    Topic(
        "appeals",
        _("What you asked a librarian about your standing, and the answer."),
        _("So that you are answered, and what was wrong counts no longer."),
        _("Both texts, %(days)s days after the answer."),
        "history",
    ),
    Topic(
        "ring_checks",
        _("Checks whether points were passed round in a ring: the readers concerned and what was noticed."),
        _("Points buy real things."),
        _("What was noticed, %(days)s days after the check was decided; that it was, with the ledger."),
        "ring_checks",
    ),
)

_ON = pgettext_lazy("column", "on")
_PLACE = {
    "place": _("place"), "pseudonym": _("pseudonym"), "copy__title__title": _("book"), "count": _("count"),
}  # fmt: skip

ROWS = (
    Rows("incentives.Account", ("reader",), "points", {"kind": _("kind")}, erased={}),
    Rows(
        "incentives.Entry", ("account__reader",), "points",
        {"kind": _("kind"), "rule__code": _("rule"), "at": _ON, "available_at": _("counts from")},
        ("id", "account", "event", "once", "reason", "params", "reverses", "actor", "seal"), {},
    ),
    Rows(
        "incentives.Posting", ("account__reader",), "points", {"entry__at": _ON, "amount": _("points")}, ("entry", "account"), {}
    ),
    Rows(
        "incentives.Subtotal", ("account__reader",), "points", {"at": _ON, "amount": _("points")}, ("account", "through"), {}
    ),
    Rows(
        "incentives.Appeal", ("reader",), "appeals",
        {"made_at": _ON, "words": _("what you said"), "status": _("status"), "answer": _("answer"), "answered_at": _("answered on")},
        ("answered_by",), {"words": "–"}, Forget("history", "answered_at", {"words": "–", "answer": "–"}),
    ),
    Rows(
        "incentives.Adjustment", ("reader",), "points",
        {"amount": _("points"), "reason": _("reason"), "status": _("status"), "proposed_at": _ON},
        ("proposed_by", "decided_by", "decided_at", "entry"), {"reason": "–"},
    ),
    Rows("incentives.Badge", ("reader",), "badges", {"code": _("badge"), "earned_at": _ON}),
    Rows(
        "incentives.ReaderChoice", ("reader",), "badges",
        {
            "sees_points": _("sees points"), "badges_on_lists": _("badges on the boards"),
            "badges_to_partners": _("badges for the other side"),
            "on_narrow_lists": _("on the boards of area, department and groups"), "on_honours": _("named on honours pages"),
        },
    ),
    Rows(
        "incentives.LeaderboardEntry", ("reader", "copy__owner"), "badges",
        {"board": _("board"), "period": _("period"), "scope": _("board of"), **_PLACE}, ("position", "next_place", "next_count"),
    ),
    Rows(
        "incentives.Winner", ("reader", "copy__owner"), "badges",
        {"board": _("board"), "ended__period": _("period"), "ended__first_date": _ON, "scope": _("board of"), **_PLACE},
        ("ended",), {"reader": None, "copy": None, "pseudonym": ""},
    ),
    Rows(
        "incentives.Voucher", ("reader",), "vouchers",
        {
            "reward__name_en": _("reward"), "code": _("code"), "price": _("points"), "status": _("status"), "issued_at": _ON,
            "expires_at": _("valid until"), "closed_at": _("used or returned on"),
        },
        ("entry", "key", "honoured_by", "reward", "budget"), {},
    ),
    Rows("incentives.SeenDevice", ("reader",), "devices", {"seen_at": _ON}, ("digest",)),
    Rows(
        "incentives.RingReview", ("members",), "ring_checks",
        {"found_at": _ON, "status": _("status"), "decided_at": _("decided on")},
        ("signs", "exchanges", "decide_by", "decided_by", "why"), {"why": "–"},
        Forget("ring_checks", "decided_at", {"signs": [], "why": "–"}),
    ),
)  # fmt: skip

NOT_PERSONAL = {
    # the rules of the library, its rewards, and rows that only tie others together
    "incentives.Seal", "incentives.Rule", "incentives.RuleVersion", "incentives.Campaign", "incentives.NightStep",
    "incentives.AcademicTerm", "incentives.EndedPeriod", "incentives.HonoursPage",
    "incentives.HeldAward", "incentives.Reward", "incentives.RewardBudget", "incentives.IncentiveSettings",
}  # fmt: skip


def unlink(request_id: int, readers: Collection[int]) -> None:
    """An entry of the ledger cannot forget; the event to which it points can (P6)."""
    paid = Entry.objects.filter(event__request=request_id, account__reader__in=readers)
    histories.unlink_events(list(paid.values_list("event", flat=True)))
