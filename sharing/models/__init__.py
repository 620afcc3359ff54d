from sharing.models.absences import Absence, Rest
from sharing.models.asks import Ask
from sharing.models.blocks import Block
from sharing.models.calendar_feeds import CalendarFeed
from sharing.models.channels import ChannelChoice
from sharing.models.collectors import Collector
from sharing.models.conditions import ConditionCheck
from sharing.models.conversations import Conversation, Message
from sharing.models.copy_journeys import CopyJourney, JourneyStop
from sharing.models.data_exports import DataExport
from sharing.models.deliveries import Delivery, MailChoice
from sharing.models.deposits import Deposit
from sharing.models.drop_points import DropPoint, Kiosk
from sharing.models.erasures import Erasure
from sharing.models.events import DomainEvent
from sharing.models.flags import Flag
from sharing.models.groups import GroupLink
from sharing.models.handovers import Handover
from sharing.models.harvests import Harvest
from sharing.models.holidays import Holiday
from sharing.models.kept import Kept
from sharing.models.lendings import Lending
from sharing.models.loans import HarvestedRecord, LoanTitle
from sharing.models.messenger import MessengerBridge
from sharing.models.notifications import Notification
from sharing.models.offers import Offer, StandingConsent
from sharing.models.outside import OutsideLoan
from sharing.models.pages import GuidePage, HomePage
from sharing.models.pass_on import PassOnCode
from sharing.models.places import FreeTimes, MeetingPlace
from sharing.models.policy import CirculationPolicy, ReaderLimit
from sharing.models.purchases import PurchaseSuggestion
from sharing.models.push_devices import PushDevice
from sharing.models.ratings import Rating
from sharing.models.reading_lists import ReadingListEntry, ReadingListImport, ReadingListPage, ReadingListsPage
from sharing.models.requests import Request
from sharing.models.saved_searches import SavedSearch, SavedSearchHit
from sharing.models.shipments import Shipment
from sharing.models.shown_shelves import ShelfFollow, ShownShelf
from sharing.models.suggestions import RelatedTitle, SuggestionCount
from sharing.models.title_notes import NoteFlag, TitleNote
from sharing.models.tokens import ApiToken, IdempotencyKey

__all__ = (
    "Absence",
    "ApiToken",
    "Ask",
    "Block",
    "CalendarFeed",
    "ChannelChoice",
    "CirculationPolicy",
    "Collector",
    "ConditionCheck",
    "Conversation",
    "CopyJourney",
    "DataExport",
    "Delivery",
    "Deposit",
    "DomainEvent",
    "DropPoint",
    "Erasure",
    "Flag",
    "FreeTimes",
    "GroupLink",
    "GuidePage",
    "Handover",
    "Harvest",
    "HarvestedRecord",
    "Holiday",
    "HomePage",
    "IdempotencyKey",
    "JourneyStop",
    "Kept",
    "Kiosk",
    "Lending",
    "LoanTitle",
    "MailChoice",
    "MeetingPlace",
    "Message",
    "MessengerBridge",
    "NoteFlag",
    "Notification",
    "Offer",
    "OutsideLoan",
    "PassOnCode",
    "PurchaseSuggestion",
    "PushDevice",
    "Rating",
    "ReaderLimit",
    "ReadingListEntry",
    "ReadingListImport",
    "ReadingListPage",
    "ReadingListsPage",
    "RelatedTitle",
    "Request",
    "Rest",
    "SavedSearch",
    "SavedSearchHit",
    "ShelfFollow",
    "Shipment",
    "ShownShelf",
    "StandingConsent",
    "SuggestionCount",
    "TitleNote",
)
