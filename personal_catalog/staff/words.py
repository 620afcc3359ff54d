"""Values of a record as curators read them."""

from typing import Any


def plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value if value is not None else "")
