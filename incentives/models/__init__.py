from incentives.models.adjustments import Adjustment
from incentives.models.leaderboards import LeaderboardEntry, LeaderboardRun
from incentives.models.ledger import Account, Entry, Posting, Seal
from incentives.models.reviews import HeldAward, RingReview
from incentives.models.rewards import Reward, Voucher
from incentives.models.rules import Rule
from incentives.models.settings import IncentiveSettings

__all__ = [
    "Account",
    "Adjustment",
    "Entry",
    "HeldAward",
    "IncentiveSettings",
    "LeaderboardEntry",
    "LeaderboardRun",
    "Posting",
    "Reward",
    "RingReview",
    "Rule",
    "Seal",
    "Voucher",
]
