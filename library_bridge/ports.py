"""What a library system is to us: seven questions, four acts, three errors, and what some can do besides. Only these
dataclasses cross.

Every datetime is aware and in the library's time zone. `None` in a fact means that the system does not tell, which is
never the same as 0 or no.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Capability(StrEnum):
    RENEW = "renew"
    TRANSFER = "transfer"  # one call moves a charge from card to card
    CHECK_OUT_MOVES = "check_out_moves"  # a checkout of a charged item takes it from the other card
    HOLD_COUNT = "hold_count"
    FIND_BY_ISBN = "find_by_isbn"
    FIND_BY_RECORD = "find_by_record"  # the system is an ItemsOfRecords
    RECORDS = "records"
    SET_DUE_DATE = "set_due_date"  # the system is a SetsDueDates
    PLACE_HOLD = "place_hold"  # the system is a PlacesHolds


class ItemStatus(StrEnum):
    AVAILABLE = "available"
    CHARGED = "charged"
    HOLD_SHELF = "hold_shelf"
    IN_TRANSIT = "in_transit"
    LOST = "lost"
    UNKNOWN = "unknown"  # no item of that barcode, or a state we do not know


@dataclass(frozen=True, slots=True)
class PatronRecord:
    """`blocked_reason` is "" for a card in good standing, else card_blocked, card_expired, card_lost or loan_limit. `name` is
    for the eyes of an operator: never stored, never logged."""

    card_number: str
    blocked_reason: str = ""
    loan_count: int | None = None
    loan_limit: int | None = None
    expires_on: date | None = None
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LoanRecord:
    card_number: str
    barcode: str
    title: str
    due_at: datetime
    creators: str = ""
    isbn13: str = ""
    call_number: str = ""
    checked_out_at: datetime | None = None
    renewable: bool = False
    renewals_left: int | None = None
    hold_count: int | None = None
    recalled: bool = False
    as_of: datetime | None = None
    """When the system told what may change of it; None: with this answer."""


@dataclass(frozen=True, slots=True)
class LoanList:
    """`complete=False`: the system counts more than it lists, so absence proves nothing. `as_of` as of a loan."""

    card_number: str
    loans: tuple[LoanRecord, ...]
    complete: bool = True
    as_of: datetime | None = None

    def of(self, barcode: str) -> LoanRecord | None:
        return next((loan for loan in self.loans if loan.barcode == barcode), None)


@dataclass(frozen=True, slots=True)
class ItemRecord:
    barcode: str
    status: ItemStatus
    title: str = ""
    creators: str = ""
    isbn13: str = ""
    call_number: str = ""
    branch: str = ""
    record_id: str = ""
    due_at: datetime | None = None
    hold_count: int | None = None
    recalled: bool = False
    for_loan: bool | None = None


@dataclass(frozen=True, slots=True)
class CheckInRecord:
    """`card_number` is from whom it came, where the system tells; `status` is where it went."""

    barcode: str
    status: ItemStatus
    card_number: str | None = None


@dataclass(frozen=True, slots=True)
class BibliographicRecord:
    """One harvested record: MARC where the system has it (`marc`, ISO 2709), else the plain fields.

    Lines with a key before them: `contributors` (`edt: Jane Doe`, MARC's relator codes), `numbers` (`oclc:123`, `DLC:123`),
    `subject_headings` (`lcsh: Books--History`, `cct.place: 北京`), `links` (`https://… words`, `urn:isbn:… words`)."""

    record_id: str
    title: str = ""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    isbn13s: tuple[str, ...] = ()
    publisher: str = ""
    year: int | None = None
    language: str = ""
    series: str = ""
    clc: str = ""
    ddc: str = ""
    subjects: tuple[str, ...] = ()
    call_number: str = ""
    item_count: int = 0
    marc: bytes = b""
    original_title: str = ""
    contributors: tuple[str, ...] = ()
    edition: str = ""
    series_number: str = ""
    languages: tuple[str, ...] = ()
    extent: str = ""
    volumes: int | None = None
    invalid_isbns: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lcc: str = ""
    subject_headings: tuple[str, ...] = ()
    summary: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """The library has deleted this bibliographic record."""

    record_id: str


class LibrarySystemError(Exception):
    """Base of the three; nothing else leaves an adapter."""


class Refused(LibrarySystemError):
    """The system understood and said no: nothing was changed. `code` is one of `library_bridge.reasons`."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason[:200]


class Unavailable(LibrarySystemError):
    """No answer, or none that can be believed. After a write that means unknown, not failed (I2), unless the adapter
    knows that not one byte went out (`nothing_sent`). `retry_after` is in seconds."""

    def __init__(self, reason: str = "", retry_after: int = 300, *, nothing_sent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason[:200]
        self.retry_after = retry_after
        self.nothing_sent = nothing_sent


class NotSupported(LibrarySystemError):
    """This system has no such function."""


class LibrarySystem(Protocol):
    @property
    def capabilities(self) -> frozenset[Capability]:
        """A system that has to be asked for them may raise Unavailable."""

    def authenticate(self, card_number: str, pin: str) -> PatronRecord:
        """Refused("wrong_pin") for a wrong PIN and an unknown card alike. A blocked card may still sign in."""

    def patron(self, card_number: str) -> PatronRecord:
        """Refused("unknown_patron")."""

    def loans(self, card_number: str) -> LoanList:
        """Refused("unknown_patron")."""

    def item(self, barcode: str) -> ItemRecord:
        """A barcode that does not exist is an item of status UNKNOWN."""

    def check_out(self, card_number: str, barcode: str) -> LoanRecord: ...

    def check_in(self, barcode: str) -> CheckInRecord:
        """Refused("not_on_loan") where the system says so."""

    def renew(self, card_number: str, barcode: str) -> LoanRecord: ...

    def transfer(self, barcode: str, from_card: str, to_card: str) -> LoanRecord:
        """Only with Capability.TRANSFER, else NotSupported."""

    def find_by_isbn(self, isbns: Sequence[str]) -> tuple[ItemRecord, ...]: ...

    def records(self) -> Iterator[BibliographicRecord]: ...


class Describes(Protocol):
    """A system that can say what it is, for operators: an adapter may have this besides."""

    def describe(self) -> Mapping[str, str]:
        """Version, functions and the like, from reads only; nothing secret. May raise Unavailable."""


@runtime_checkable
class Remembers(Protocol):
    """A system that tells lists and their loans in many answers may have this besides."""

    def glance(self, card_number: str) -> LoanList:
        """`loans` for its reader's own eyes and never for a decision: what a sign-in of a moment ago or an earlier look was
        told need not be asked again, and says since when (`as_of`)."""


@runtime_checkable
class SetsDueDates(Protocol):
    """What a system with Capability.SET_DUE_DATE can do besides: a loan that went back to its card has its old date again."""

    def set_due_date(self, card_number: str, barcode: str, due_at: datetime) -> None:
        """Of an item that is on this card. Setting the same again changes nothing."""


@runtime_checkable
class ItemsOfRecords(Protocol):
    """What a system with Capability.FIND_BY_RECORD can do besides: for titles that have no ISBN."""

    def find_by_record(self, record_ids: Sequence[str]) -> tuple[ItemRecord, ...]: ...


@runtime_checkable
class PlacesHolds(Protocol):
    """What a system with Capability.PLACE_HOLD can do besides."""

    def place_hold(self, card_number: str, barcode: str) -> None:
        """On the title of this item: whichever comes back first is kept for this card. Refused("hold_exists") for a card that
        waits for it already, so that a second call after a lost answer places no second one."""
