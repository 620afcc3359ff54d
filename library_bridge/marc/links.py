"""Where else a book is: e-books (856) and other formats (776), a line each: the address, a blank, words for it. Pure."""

from library_bridge.marc import words
from library_bridge.marc.fields import Field, Record
from library_bridge.marc.isbns import isbn13s


def of(record: Record) -> tuple[str, ...]:
    pages = [f"{address} {_words(field, 'y3z')}" for field in record.all("856") if (address := _address(field))]
    formats = [
        f"urn:isbn:{isbn13} {_words(field, 'i')}"
        for field in record.all("776")
        for isbn13 in isbn13s(words.values(field, "z"))
    ]
    return tuple(dict.fromkeys(line.rstrip() for line in (*pages, *formats)))


def _address(field: Field) -> str:
    """Only what a browser opens; an address with a blank in it is none."""
    said = words.values(field, "u")
    return said[0] if said and said[0].startswith(("http://", "https://")) and " " not in said[0] else ""


def _words(field: Field, codes: str) -> str:
    return next((words.plain(text) for code in codes for text in words.values(field, code)), "")
