"""Which column of a table says what, by its heading in Chinese or English. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence

PATRONS = {
    "card_number": "cardnumber card cardno barcode patronid readerid 读者证号 证号 借书证号 读者号 证件号 读者条码 一卡通号 学号 工号",
    "name": "name fullname patronname 姓名 读者姓名 名字",
    "category": "category patroncategory type group 类别 读者类别 读者类型 类型 读者级别",
    "pin": "pin password 密码 口令 读者密码",
    "expires_on": "expireson expires expirydate expirationdate validuntil dateexpiry 有效期 有效期至 失效日期 到期日期 截止日期 有效日期",
}
ITEMS = {
    "barcode": "barcode itembarcode itemnumber 条码 条码号 图书条码 馆藏条码 登录号 财产号",
    "title": "title booktitle 书名 题名 正题名 标题 图书名称",
    "subtitle": "subtitle 副标题 副题名",
    "creators": "creators creator authors author 作者 责任者 著者",
    "publisher": "publisher 出版社 出版者",
    "year": "year publicationyear pubyear pubdate 年 出版年 出版年份 出版日期 出版时间",
    "isbn": "isbn isbn13 isbn10 isbn号 书号 国际标准书号",
    "call_number": "callnumber callno shelfmark 索书号 索取号 排架号",
    "item_type": "itemtype type collection 类型 图书类型 文献类型 流通类型",
    "branch": "branch location library 馆藏地 馆藏地点 分馆 馆藏部门",
    "record_id": "recordid recordnumber biblionumber 记录号 书目记录号 控制号",
    "series": "series 丛书 丛书名",
    "clc": "clc 中图分类号 中图法 分类号",
    "ddc": "ddc dewey 杜威分类号",
    "language": "language lang 语种 语言",
}
LONGEST_HEADING = 100


def known_columns(headings: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """The field of each column; "" where the heading is none of ours, or comes a second time."""
    field_of = {word: name for name, words in columns.items() for word in words.split()}
    found: list[str] = []
    for heading in headings:
        name = field_of.get(_plain(heading[:LONGEST_HEADING]), "")
        found.append("" if name in found else name)
    return found


def _plain(heading: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", heading).lower() if c.isalnum())
