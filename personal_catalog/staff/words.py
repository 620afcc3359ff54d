"""Values of a record as curators read them."""

from typing import Any

from personal_catalog import isbn
from personal_catalog.models import Title


def plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value if value is not None else "")


def on_one_line(title: Title) -> list[str]:
    """What tells an edition from another. Fetch the title with its ISBNs."""
    numbers = [isbn.hyphenate(row.isbn13) for row in title.isbns.all()][:2]
    parts = (title.creators_text, title.publisher, str(title.year or ""), title.edition, *numbers)
    return [part for part in parts if part]
