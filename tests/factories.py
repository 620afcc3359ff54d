"""The cast, and the smallest world in which they can lend: used by every app's tests."""

from datetime import datetime, timedelta
from itertools import count

from library_bridge.models import Area, Library, LibraryLoan, Patron, Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Title, TitleIsbn
from sharing.models import LoanTitle

_numbers = count(1)


def reader(name: str = "", *, area: Area | None = None, **fields: object) -> Reader:
    number = next(_numbers)
    return Reader.objects.create(username=f"r-{number}", display_name=name or f"Reader {number}", area=area, **fields)


def area(code: str = "plum") -> Area:
    return Area.objects.get_or_create(code=code, defaults={"name_zh": "梅园", "name_en": "Plum Court"})[0]


def title(name: str = "拖延心理学", *, isbn13: str = "", creators: list[str] | None = None, **fields: object) -> Title:
    made = Title.objects.create(title=name, creators=creators or ["简·博克"], language="chi", **fields)
    if isbn13:
        TitleIsbn.objects.create(title=made, isbn13=isbn13)
    return made


def copy(owner: Reader, of: Title | None = None, *, now: datetime, mode: str = "lend", **fields: object) -> Copy:
    return copies.register_copy(title=of or title(), owner=owner, mode=mode, now=now, **fields)  # type: ignore[arg-type]


def library(code: str = "demo") -> Library:
    return Library.objects.get_or_create(
        code=code, defaults={"name_zh": "图书馆", "name_en": "Library", "adapter": "embedded"}
    )[0]


def patron(who: Reader, *, card_number: str = "", at: Library | None = None) -> Patron:
    return Patron.objects.create(
        library=at or library(), reader=who, card_number=card_number or f"20230{next(_numbers):05d}"
    )


def library_loan(holder: Patron, of: Title, *, now: datetime, days: int = 20, **fields: object) -> LibraryLoan:
    """A snapshot only; tests in which the library system acts use the embedded one."""
    fields = {"barcode": f"B{next(_numbers):06d}", "hold_count": 0, "renewable": True, **fields}
    loan = LibraryLoan.objects.create(
        library=holder.library,
        patron=holder,
        title=of.title,
        due_at=now + timedelta(days=days),
        checked_at=now,
        **fields,
    )
    LoanTitle.objects.create(library_loan=loan, title=of)
    return loan
