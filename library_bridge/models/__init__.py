from library_bridge.adapters.embedded.models import (
    CirculationRule,
    EmbeddedHold,
    EmbeddedIsbn,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    PatronCategory,
)
from library_bridge.models.campus_accounts import CampusAccount, fingerprint
from library_bridge.models.libraries import Library, Patron
from library_bridge.models.loans import LibraryLoan
from library_bridge.models.readers import Area, Reader
from library_bridge.models.retention import RetentionRun
from library_bridge.models.transfers import Transfer, TransferStep

__all__ = [
    "Area",
    "CampusAccount",
    "CirculationRule",
    "EmbeddedHold",
    "EmbeddedIsbn",
    "EmbeddedItem",
    "EmbeddedLoan",
    "EmbeddedPatron",
    "EmbeddedRecord",
    "ItemType",
    "Library",
    "LibraryLoan",
    "Patron",
    "PatronCategory",
    "Reader",
    "RetentionRun",
    "Transfer",
    "TransferStep",
    "fingerprint",
]
