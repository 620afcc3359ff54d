"""Sentences about records that are put together from parts."""

from collections.abc import Mapping

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from personal_catalog.facts import FIELDS
from personal_catalog.lookup import Found
from personal_catalog.lookup.sources import label
from personal_catalog.models import Title

OURS = ("own", "demo")
UNSAID = ("isbns", "language")  # what every source has, or what follows from the rest


def field_label(name: str) -> str:
    labels = {
        "title": _("title"),
        "subtitle": _("subtitle"),
        "original_title": _("original title"),
        "creators": _("creators"),
        "translators": _("translators"),
        "publisher": _("publisher"),
        "edition": _("edition"),
        "series": _("series"),
        "year": _("year"),
        "language": _("language"),
        "extent": _("extent"),
        "summary": _("summary"),
        "subjects": _("subjects"),
        "clc": _("CLC class"),
        "ddc": _("DDC class"),
        "isbns": "ISBN",
        "contributors": _("contributors"),
        "series_number": _("number in the series"),
        "languages": _("further languages"),
        "volumes": _("volumes"),
        "invalid_isbns": _("ISBNs no longer valid"),
        "numbers": _("record numbers"),
        "lcc": _("LC class"),
        "subject_headings": _("subject headings"),
        "links": _("links"),
        "cover": _("cover"),
    }
    return labels.get(name, name)


def who_said_what(found: Found) -> str:
    """`Title, creators from the library; year from Open Library.`; only the source when there is one."""
    if len(found.sources) == 1:
        return _("The record comes from %(source)s.") % {"source": label(found.sources[0])}
    ordered = {name: by for source in found.sources for name, by in found.provenance.items() if by == source}
    return _sentence(in_parts(ordered))


def provenance_of(title: Title) -> str:
    """The same of a title in the catalogue; empty where nothing is known of it."""
    order = (*FIELDS, "cover")  # PostgreSQL keeps none
    kept = {name: title.provenance.get(name) for name in order}
    said = {name: by for name, by in kept.items() if by and (name == "cover" or getattr(title, name, None))}
    hidden = {*UNSAID, *(() if title.cover_id else ("cover",))}
    named = {name: by for name, by in said.items() if name not in hidden and by not in OURS}
    if len({label(by) for by in named.values()}) == 1:
        return _("The record comes from %(source)s.") % {"source": label(next(iter(named.values())))}
    return _sentence(in_parts(named)) if named else ""


def in_parts(provenance: Mapping[str, str]) -> str:
    """`title, creators from the library; year from Open Library`; only the fields where no source is known."""
    by_source: dict[str, list[str]] = {}
    for name, by in provenance.items():
        if name not in UNSAID:
            by_source.setdefault(label(by) if by else "", []).append(field_label(name))
    return pgettext("between sources", "; ").join(_from(source, names) for source, names in by_source.items())


def _from(source: str, names: list[str]) -> str:
    joined = ("、" if (get_language() or "").startswith("zh") else ", ").join(names)
    return _("%(fields)s from %(source)s") % {"fields": joined, "source": source} if source else joined


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + pgettext("end of a sentence", ".")


def of_one(name: object, says: object) -> str:
    """What is said of one among several: a file, a line, a filter."""
    return _("%(name)s: %(says)s") % {"name": name, "says": says}
