"""CSV that opens in a spreadsheet with its letters right and no formula alive (T-L4). Its headings are those that the import knows."""

import csv
from io import StringIO

from django.utils.translation import gettext as _

from personal_catalog.formats.card import Card

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
BETWEEN = "; "


def safe_cell(value: object) -> str:
    """A text that a spreadsheet would take for a formula gets a quote before it; numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def line(values: list[object]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe_cell(value) for value in values])
    return out.getvalue()


def headings() -> str:
    names = (
        _("Title"),
        _("Subtitle"),
        _("Original title"),
        _("Creators"),
        _("Translators"),
        _("Contributors"),
        _("Publisher"),
    )
    rest = (_("Year"), _("Edition"), _("Series"), _("Number in the series"), _("Language"), _("Extent"), _("Volumes"))
    last = (_("Subjects"), _("CLC"), _("DDC"), _("LCC"), _("Record numbers"), _("Summary"), _("Links"))
    return BYTE_ORDER_MARK + line([*names, *rest, "ISBN", *last, "URL"])


def entry(card: Card) -> str:
    facts = card.facts
    listed = {name: BETWEEN.join(getattr(facts, name)) for name in ("creators", "translators", "contributors")}
    return line([
        facts.title, facts.subtitle, facts.original_title, *listed.values(), facts.publisher, facts.year, facts.edition, facts.series,
        facts.series_number, " ".join(filter(None, (facts.language, *facts.languages))), facts.extent, facts.volumes,
        BETWEEN.join(facts.isbns), BETWEEN.join(facts.subjects), facts.clc, facts.ddc, facts.lcc, BETWEEN.join(facts.numbers),
        facts.summary, BETWEEN.join(facts.links), card.url,
    ])  # fmt: skip
