"""Sentences about records that are put together from parts."""

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from personal_catalog.lookup import Found
from personal_catalog.lookup.sources import label


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
    }
    return labels.get(name, name)


def who_said_what(found: Found) -> str:
    """`title, creators from the library; year from Open Library`; only the source when there is one."""
    if len(found.sources) == 1:
        return _("The record comes from %(source)s.") % {"source": label(found.sources[0])}
    parts = [_from(source, found.provenance) for source in found.sources]
    text = pgettext("between sources", "; ").join(part for part in parts if part)
    return text[:1].upper() + text[1:] + pgettext("end of a sentence", ".")


def _from(source: str, provenance: dict[str, str]) -> str:
    names = [field_label(n) for n, by in provenance.items() if by == source and n not in ("isbns", "language")]
    joined = ("、" if (get_language() or "").startswith("zh") else ", ").join(names)
    return _("%(fields)s from %(source)s") % {"fields": joined, "source": label(source)} if names else ""
