"""What is known about an ISBN, in whatever form it comes."""

from django.utils import timezone
from pydantic import BaseModel

from personal_catalog import lookup, titles
from sharing.api import serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.refusals import UnknownBook

router = signed_in("catalogue")


class BookOut(BaseModel):
    isbn13: str
    isbn10: str | None
    title: str
    subtitle: str
    creators: list[str]
    translators: list[str]
    publisher: str
    year: int | None
    language: str
    subjects: list[str]
    classification: str
    cover_url: str | None
    sources: list[str]
    title_id: str | None


@router.get("/isbn/{isbn}", response=BookOut, operation_id="lookupIsbn")
def lookup_isbn(request: Call, isbn: str) -> BookOut:
    """Asks own catalogue, libraries and other sources, at most four seconds in all."""
    return _book(isbn)


def _book(text: str) -> BookOut:
    number = lookup.parse(text)
    found = lookup.find(number.isbn13, now=timezone.now())
    if found.facts is None:
        raise UnknownBook(pending=found.pending)
    facts, title = found.facts, titles.by_isbn(number.isbn13)
    return BookOut(
        isbn13=number.isbn13, isbn10=number.isbn10 or None, title=facts.title, subtitle=facts.subtitle,
        creators=list(facts.creators), translators=list(facts.translators), publisher=facts.publisher, year=facts.year,
        language=facts.language, subjects=list(facts.subjects), classification=facts.clc or facts.ddc,
        cover_url=serializers.cover_url(title) if title else None, sources=list(found.sources),
        title_id=str(title.pk) if title else None,
    )  # fmt: skip
