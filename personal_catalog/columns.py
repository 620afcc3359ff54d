"""Which column of a table says what, by its heading in Chinese or English. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from personal_catalog import isbn
from personal_catalog.facts import BookFacts, from_outside
from personal_catalog.people import split_names

HEADINGS = {
    "isbn": "isbn isbn13 isbn10 isbn号 isbn编号 书号 国际标准书号 条码 条形码",
    "title": "title booktitle name 书名 题名 标题 正题名 图书名称",
    "subtitle": "subtitle 副标题 副题名",
    "original_title": "originaltitle 原作名 原书名 原名",
    "creators": "creators creator authors author 作者 责任者 著者 作者译者",
    "translators": "translators translator 译者",
    "publisher": "publisher 出版社 出版者",
    "edition": "edition 版次 版本",
    "series": "series 丛书 丛书名 系列",
    "year": "year publicationyear originalpublicationyear yearpublished pubdate publisheddate 出版年 出版年份 出版日期 出版时间",
    "language": "language languagecode lang 语种 语言",
    "extent": "pages numberofpages extent 页数",
    "summary": "summary description 简介 内容简介 摘要",
    "subjects": "subjects subject tags 主题 标签 关键词",
    "clc": "clc 中图分类号 中图法 分类号",
    "ddc": "ddc dewey 杜威分类号",
    "note": "note notes remark remarks 备注 附注",
}
FIELD_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings.split()}
MANY = ("creators", "translators")
LONGEST_HEADING = 100
LONGEST_NAMES = 1_000
LONGEST_CELL = 8_000


def known_columns(headings: Sequence[str]) -> list[str]:
    """The field of each column, empty where the heading is none of ours. A second column for a field counts only for
    ISBNs, where one may be whole and the other broken."""
    names: list[str] = []
    seen: set[str] = set()
    for heading in headings:
        name = FIELD_OF.get(_plain(heading[:LONGEST_HEADING]), "")
        names.append("" if name in seen else name)
        seen |= {name} - {"isbn"}
    return names


def cells_of_row(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """The text of each known column; of several ISBN columns the first that holds an ISBN."""
    cells: dict[str, str] = {}
    for name, cell in zip(names, row, strict=False):
        if name == "isbn":
            if not cells.get("isbn") or (not _is_isbn(cells["isbn"]) and _is_isbn(cell)):
                cells["isbn"] = cell.strip()
        elif name:
            cells[name] = cell[: LONGEST_NAMES if name in MANY else LONGEST_CELL].strip()
    return cells


def facts_of_row(names: Sequence[str], row: Sequence[str]) -> BookFacts | None:
    return facts_of_cells(cells_of_row(names, row))


def facts_of_cells(cells: dict[str, str]) -> BookFacts | None:
    raw: dict[str, object] = {**cells, **{name: split_names(cells.get(name, "")) for name in MANY}}
    raw["subjects"] = [s for s in re.split(r"[|;；]", cells.get("subjects", "")) if s.strip()]
    raw["isbns"] = [isbn.mend(cells["isbn"]).isbn13] if _is_isbn(cells.get("isbn", "")) else []
    return from_outside(raw)


def _is_isbn(text: str) -> bool:
    try:
        isbn.mend(text)
    except isbn.NotAnIsbn:
        return False
    return True


def _plain(heading: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", heading).lower() if c.isalnum())
