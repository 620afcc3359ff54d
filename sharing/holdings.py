"""What can be asked for: a reader's copy or a transferable library loan, behind one Protocol.

This is the one place that knows the difference. A holding's key ("copy-12", "loan-5") is what pages and API pass round;
it never tells who has the book.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import holding_rows, transferable
from sharing.errors import NotFound
from sharing.models import CirculationPolicy, Lending, Offer, StandingConsent
from sharing.models.offers import said_by


class Holding(Protocol):
    """`status` is what a reader may know of it: available, agreed, on_loan, paused, display or not_transferable."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def title_id(self) -> int: ...
    @property
    def holder(self) -> Reader: ...
    @property
    def area(self) -> str: ...
    @property
    def free(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def resting(self) -> bool: ...
    @property
    def lending(self) -> Lending | None: ...
    @property
    def offered(self) -> bool: ...
    @property
    def consent(self) -> StandingConsent | None: ...

    def fields(self) -> dict[str, Any]:
        """The foreign key to write into Request, Ask and Lending."""


@dataclass(frozen=True)
class CopyHolding:
    copy: Copy
    lending: Lending | None
    resting: bool = False
    """Its holder is away, has said not now, or keeps it for somebody else."""
    kind: str = "personal_copy"

    @property
    def key(self) -> str:
        return f"copy-{self.copy.pk}"

    @property
    def mode(self) -> str:
        return self.copy.mode

    @property
    def title_id(self) -> int:
        return self.copy.title_id

    @property
    def holder(self) -> Reader:
        return self.copy.holder

    @property
    def area(self) -> str:
        return self.copy.area

    @property
    def free(self) -> bool:
        lendable = self.copy.status == Copy.Status.LISTED and self.copy.mode != Copy.Mode.DISPLAY
        return self.lending is None and lendable and not self.resting

    @property
    def status(self) -> str:
        if self.copy.mode == Copy.Mode.DISPLAY:
            return "display"
        if self.lending is None:
            return "available" if self.free else "paused"
        return "agreed" if self.lending.status == Lending.Status.AGREED else "on_loan"

    @property
    def due_at(self) -> datetime | None:
        return self.lending.due_at if self.lending else None

    @property
    def offered(self) -> bool:
        return self.free and said_by(Offer, self.copy, self.holder) is not None

    @property
    def consent(self) -> StandingConsent | None:
        return said_by(StandingConsent, self.copy, self.holder)

    def fields(self) -> dict[str, Any]:
        return {"copy": self.copy}


@dataclass(frozen=True)
class LoanHolding:
    loan: LibraryLoan
    title_id: int
    lending: Lending | None
    reason: str
    """Why the loan cannot be passed on, as far as the snapshot tells; empty when it can."""
    resting: bool = False
    kind: str = "library_loan"
    mode: str = "transfer"

    @property
    def key(self) -> str:
        return f"loan-{self.loan.pk}"

    @property
    def holder(self) -> Reader:
        return self.loan.patron.reader

    @property
    def area(self) -> str:
        return self.holder.area.code if self.holder.area else ""

    @property
    def free(self) -> bool:
        return self.lending is None and not self.reason and not self.resting

    @property
    def status(self) -> str:
        if self.lending is not None:
            return "agreed"
        return "available" if self.free else "not_transferable"

    @property
    def due_at(self) -> datetime | None:
        return self.loan.due_at

    @property
    def offered(self) -> bool:
        return self.free and said_by(Offer, self.loan, self.holder) is not None

    @property
    def consent(self) -> StandingConsent | None:
        return said_by(StandingConsent, self.loan, self.holder)

    def fields(self) -> dict[str, Any]:
        return {"library_loan": self.loan}


def of_title(title_id: int, *, reader: Reader | None, policy: CirculationPolicy, now: datetime) -> list[Holding]:
    """Copies that this reader may see and library loans of a title, free ones first. Three queries."""
    return of_titles([title_id], reader=reader, policy=policy, now=now)


def of_titles(
    title_ids: Iterable[int], *, reader: Reader | None, policy: CirculationPolicy, now: datetime
) -> list[Holding]:
    ids = list(title_ids)
    copies_ = holding_rows.copies(ids, reader=reader, now=now)
    return _standing(copies_, holding_rows.loans(ids, reader=reader, now=now), policy, now)


def of_title_with_pictures(
    title_id: int, *, reader: Reader | None, policy: CirculationPolicy, now: datetime
) -> list[Holding]:
    """As `of_title`, the copies with their journey and what a page shows of their photos. Three queries."""
    copies_ = holding_rows.copies_with_pictures(title_id, reader=reader, now=now)
    return _standing(copies_, holding_rows.loans([title_id], reader=reader, now=now), policy, now)


def _standing(
    copies_: list[Copy], loans_: list[LibraryLoan], policy: CirculationPolicy, now: datetime
) -> list[Holding]:
    live = holding_rows.live_lendings(copies_, loans_)
    found: list[Holding] = [CopyHolding(row, live.get(("copy", row.pk)), _rests(row)) for row in copies_]
    found += [_loan_holding(loan, live.get(("loan", loan.pk)), policy, now) for loan in loans_]
    return sorted(found, key=lambda h: (not h.free, h.kind != "personal_copy", h.key))


def get(key: str, *, reader: Reader | None, policy: CirculationPolicy, now: datetime) -> Holding:
    """Raises NotFound for a key that is none, or whose book is not shown to this reader."""
    kind, _sep, number = key.partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NotFound
    if kind == "copy" and (copy := holding_rows.copy(int(number), reader=reader, now=now)):
        return CopyHolding(copy, holding_rows.live_lendings([copy], []).get(("copy", copy.pk)), _rests(copy))
    if kind == "loan" and (loan := holding_rows.loan(int(number), reader=reader, now=now)):
        lending = holding_rows.live_lendings([], [loan]).get(("loan", loan.pk))
        return _loan_holding(loan, lending, policy, now)
    raise NotFound


def _loan_holding(loan: LibraryLoan, lending: Lending | None, policy: CirculationPolicy, now: datetime) -> LoanHolding:
    return LoanHolding(loan, loan.catalogued.title_id, lending, transferable.why_not(loan, policy, now), _rests(loan))


def _rests(book: Copy | LibraryLoan) -> bool:
    """As it was looked up with it."""
    return bool(getattr(book, "resting", False))
