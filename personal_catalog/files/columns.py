"""Which column of a table says what, by its heading in Chinese or English. Pure.

Besides the facts of the catalogue: `link` (an address or number at 豆瓣), `shelf` and `owned` (what the person says of it),
`binding`, `note` and `remark` (the person's own words, the second about having read it).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

HEADINGS = {
    "isbn": "isbn isbn13 isbn10 isbns isbn号 isbn编号 书号 国际标准书号 条码 条形码",
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
    "remark": "review comment 评论 短评 书评",
    "link": "doubanid doubanlink 豆瓣id 豆瓣编号 豆瓣链接",
    "shelf": "shelf exclusiveshelf readstatus 书架",
    "owned": "owned ownedcopies 拥有",
    "binding": "binding bookformat 装帧",
}
LONGEST_HEADING = 100
LONGEST_NAMES = 1_000
LONGEST_CELL = 8_000
MANY = ("creators", "more_creators", "translators", "more_roles")
FORMULA = ("'=", "'+", "'-", "'@")

Said = dict[str, str]


def known_columns(headings: Sequence[str], names: Mapping[str, str] = HEADINGS) -> list[str]:
    """The field of each column, empty where the heading is none of ours."""
    field_of = {word: name for name, words in names.items() for word in words.split()}
    return [field_of.get(plain(heading[:LONGEST_HEADING]), "") for heading in headings]


def said_by(names: Sequence[str], row: Sequence[str]) -> tuple[Said, list[str]]:
    """The text of each field, of several columns for it the first that says something; and every cell that may be an ISBN."""
    said: Said = defaultdict(str)
    numbers: list[str] = []
    for name, cell in zip(names, row, strict=False):
        if name == "isbn":
            numbers.append(cell)
        elif name and not said[name]:
            text = cell[: LONGEST_NAMES if name in MANY else LONGEST_CELL].strip()
            said[name] = text[1:] if text.startswith(FORMULA) else text
    return said, numbers


def plain(heading: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", heading).lower() if c.isalnum())
