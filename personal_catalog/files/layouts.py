"""The tables that other services write, each by the headings that only it has. Pure.

What a person calls a shelf, a tag or a remark there is their own: it never becomes a fact about the book.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from personal_catalog.files import columns
from personal_catalog.files.columns import HEADINGS, Said

SERIES = re.compile(r"^(?P<title>\S.{0,400}?)\s*\((?P<series>[^()]{1,200}?),?\s*#(?P<number>[\w.–-]{1,12})\)$")
ROLE = re.compile(r"\s*\(([^()]{1,40})\)$")
PUBLISHED = re.compile(r"^(?P<publisher>[^(]{1,200}?)\s*(?:\((?P<year>\d{4})\)|$)")
EDITION = re.compile(r"Edition: ([^,]{1,60})")
YEAR_ALONE = re.compile(r"(?:1[4-9]|20)\d\d(?:[-./年].{0,12})?")
PRICE = re.compile(r"(?i)^(?:[a-z$￥¥€£]{0,5}\s?)?\d+(?:\.\d+)?\s?(?:元|円|圆|美元|eur|usd|rmb|cny)?$")
UNKNOWN_DATE = "0101-01-01"  # what Calibre writes


@dataclass(frozen=True)
class Layout:
    """`marks` are headings that stand together in this table only; `settle` turns what its cells say into what ours would.
    `by_title`: a title alone may stand for a book, which it can't where the same title has a dozen editions."""

    name: str
    marks: tuple[str, ...]
    headings: Mapping[str, str]
    settle: Callable[[Said], None] = lambda said: None
    by_title: bool = True


def layout_of(headings: Sequence[str]) -> Layout:
    seen = {columns.plain(heading[: columns.LONGEST_HEADING]) for heading in headings}
    return next((layout for layout in LAYOUTS if seen.issuperset(layout.marks)), PLAIN)


def _goodreads(said: Said) -> None:
    _part_series(said)
    said["creators"] = "; ".join(filter(None, [said["creators"], said.pop("more_creators", "").replace(", ", "; ")]))


def _goodbooks(said: Said) -> None:
    _part_series(said)
    said["creators"] = said["creators"].replace(", ", "; ")


def _part_series(said: Said) -> None:
    """`The Hunger Games (The Hunger Games, #1)`"""
    if found := SERIES.match(" ".join(said["title"].split())):
        said["title"], said["series"], said["series_number"] = found["title"], found["series"], found["number"]


def _librarything(said: Said) -> None:
    """Names come turned (`Cortázar, Julio`), roles in a column beside them."""
    roles = [said["role"], *said["more_roles"].split("|")]
    names = [said["creators"], *said.pop("more_creators", "").split("|")]
    pairs = [(turned(name), roles[place] if place < len(roles) else "") for place, name in enumerate(names) if name]
    said["translators"] = "; ".join(name for name, role in pairs if "ranslat" in role)
    said["creators"] = "; ".join(name for name, role in pairs if "ranslat" not in role and "llustrat" not in role)
    if found := PUBLISHED.match(said["publication"]):
        said["publisher"], said["year"] = found["publisher"], found["year"] or said["year"]
    if found := EDITION.search(said["publication"]):
        said["edition"] = found[1]
    said["language"] = said["language"].split(",")[0]
    said["owned"] = "yes" if "your library" in said["shelf"].lower() else "no"


def _storygraph(said: Said) -> None:
    said["creators"] = said["creators"].replace(", ", "; ")
    helpers = [part for part in said.pop("more_creators", "").split(", ") if part]
    said["translators"] = "; ".join(ROLE.sub("", part) for part in helpers if part.endswith("(Translator)"))


def _calibre(said: Said) -> None:
    """Nothing in it is on paper."""
    said["creators"] = said["creators"].replace(" & ", "; ")
    said["series_number"] = said["series_number"].removesuffix(".0") if said["series"] else ""
    said["year"] = "" if said["year"].startswith(UNKNOWN_DATE) else said["year"]
    said["binding"] = "ebook" if said.pop("formats", "") else ""


def _openreads(said: Said) -> None:
    said["creators"] = turned(said["creators"]) if said["creators"].count(",") == 1 else said["creators"]


def _douban(said: Said) -> None:
    """The short lines of 豆坟: `余华 / 2024 / 江苏凤凰文艺出版社`, in any order and with the price in between."""
    if not (parts := [part.strip() for part in said.pop("brief", "").split(" / ") if part.strip()]):
        return
    dates = [part for part in parts if YEAR_ALONE.fullmatch(part)]
    words = [part for part in parts if part not in dates and not PRICE.match(part)]
    said["year"] = said["year"] or "".join(dates[:1])
    said["creators"] = said["creators"] or "; ".join(words[:-1] or words)
    if len(words) > 1:
        said["publisher"] = said["publisher"] or words[-1]


def turned(name: str) -> str:
    """`Cortázar, Julio` → `Julio Cortázar`; Chinese names are written together."""
    surname, comma, given = (part.strip() for part in name.partition(","))
    if not comma or not given:
        return name.strip()
    return f"{given} {surname}" if surname.isascii() or given[0] < "\u2e80" else f"{surname}{given}"


FACTS = {name: HEADINGS[name] for name in ("isbn", "title", "creators", "publisher", "year")}
DOUBAN = {
    **FACTS, "brief": "简介", "link": "条目链接 链接 url", "shelf": "类型 status 状态", "remark": "评论 内容 comment 短评",
}  # fmt: skip
PLAIN = Layout("plain", (), HEADINGS)
LAYOUTS = (
    Layout("goodreads", ("bookid", "exclusiveshelf"), {
        **FACTS, "more_creators": "additionalauthors", "year": "yearpublished originalpublicationyear", "extent": "numberofpages",
        "binding": "binding", "shelf": "exclusiveshelf", "owned": "ownedcopies", "remark": "myreview",
    }, _goodreads),
    Layout("goodbooks", ("goodreadsbookid", "bestbookid"), {
        **FACTS, "original_title": "originaltitle", "language": "languagecode",
    }, _goodbooks),
    Layout("librarything", ("primaryauthor", "publication"), {
        "isbn": "isbn isbns", "title": "title", "creators": "primaryauthor", "role": "primaryauthorrole",
        "more_creators": "secondaryauthor", "more_roles": "secondaryauthorroles", "publication": "publication", "year": "date",
        "extent": "pagecount", "language": "languages", "ddc": "deweydecimal", "binding": "media", "shelf": "collections",
        "remark": "review comment",
    }, _librarything),
    Layout("storygraph", ("isbnuid", "readstatus"), {
        **FACTS, "isbn": "isbnuid", "more_creators": "contributors", "binding": "format", "shelf": "readstatus", "owned": "owned",
        "remark": "review",
    }, _storygraph),
    Layout("openreads", ("olid", "bookformat"), {
        **FACTS, "subtitle": "subtitle", "extent": "pages", "summary": "description", "binding": "bookformat", "shelf": "status",
        "gone": "deleted", "remark": "myreview",
    }, _openreads),
    Layout("calibre", ("authorsort", "titlesort"), {
        **FACTS, "series": "series", "series_number": "seriesindex", "language": "languages", "formats": "formats",
    }, _calibre),
    Layout("bookwyrm", ("authortext", "remoteid"), {
        **FACTS, "creators": "authortext", "shelf": "shelf", "remark": "reviewcontent",
    }),
    Layout("openlibrary", ("workid", "editionid"), {"number": "editionid workid", "shelf": "bookshelf"}),
    Layout("douban", ("标题", "条目链接"), DOUBAN, _douban, by_title=False),
    Layout("douban", ("标题", "关联书名"), DOUBAN, _douban, by_title=False),
    Layout("douban", ("标题", "豆瓣评分"), DOUBAN, _douban, by_title=False),
    Layout("douban", ("title", "url", "rating", "status"), DOUBAN, _douban, by_title=False),
)  # fmt: skip
