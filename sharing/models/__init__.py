from sharing.models.asks import Ask
from sharing.models.conversations import Conversation, Message
from sharing.models.events import DomainEvent
from sharing.models.handovers import Handover
from sharing.models.harvests import Harvest
from sharing.models.lendings import Lending
from sharing.models.loans import HarvestedRecord, LoanTitle
from sharing.models.notifications import Notification
from sharing.models.pages import GuidePage, HomePage
from sharing.models.policy import CirculationPolicy, ReaderLimit
from sharing.models.requests import Request
from sharing.models.tokens import ApiToken, IdempotencyKey

__all__ = (
    "ApiToken",
    "Ask",
    "CirculationPolicy",
    "Conversation",
    "DomainEvent",
    "GuidePage",
    "Handover",
    "Harvest",
    "HarvestedRecord",
    "HomePage",
    "IdempotencyKey",
    "Lending",
    "LoanTitle",
    "Message",
    "Notification",
    "ReaderLimit",
    "Request",
)
