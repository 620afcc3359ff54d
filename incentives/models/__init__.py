from incentives.models.academic_terms import AcademicTerm
from incentives.models.adjustments import Adjustment
from incentives.models.appeals import Appeal
from incentives.models.badges import Badge
from incentives.models.budgets import RewardBudget
from incentives.models.campaigns import Campaign
from incentives.models.choices import ReaderChoice
from incentives.models.devices import SeenDevice
from incentives.models.honours import EndedPeriod, HonoursPage, Winner
from incentives.models.leaderboards import LeaderboardEntry, NightStep
from incentives.models.ledger import Account, Entry, Posting, Seal
from incentives.models.reviews import HeldAward, RingReview
from incentives.models.rewards import Reward, Voucher
from incentives.models.rules import Rule, RuleVersion
from incentives.models.settings import IncentiveSettings
from incentives.models.subtotals import Subtotal

__all__ = [
    "AcademicTerm",
    "Account",
    "Adjustment",
    "Appeal",
    "Badge",
    "Campaign",
    "EndedPeriod",
    "Entry",
    "HeldAward",
    "HonoursPage",
    "IncentiveSettings",
    "LeaderboardEntry",
    "NightStep",
    "Posting",
    "ReaderChoice",
    "Reward",
    "RewardBudget",
    "RingReview",
    "Rule",
    "RuleVersion",
    "Seal",
    "SeenDevice",
    "Subtotal",
    "Voucher",
    "Winner",
]
