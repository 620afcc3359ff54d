"""Who did what for a book: MARC's relator codes, and the words and numbers that stand for them in records. Pure.

Source: MARC Code List for Relators, LoC; UNIMARC Manual, appendix C; the words of Chinese title pages.
"""

import re
import unicodedata
from functools import lru_cache

WORDS = {
    "aut": "author authors writer auteur autor verfasser 070 著 作者 著者 编著 編著 撰 撰著 合著 原著 作",
    "cre": "creator creators",
    "trl": "translator translators tr trans translated by traducteur übersetzer 730 译 譯 译者 譯者 编译 主译 合译 翻译",
    "edt": "editor editors ed eds edited by herausgeber hrsg 340 主编 主編 编 編 编者 编辑 编集",
    "com": "compiler compilers comp compiled by 220 辑 輯 选编 汇编 编选 选 编纂 编辑整理 整理",
    "ill": "illustrator illustrators illus illustrated by illustrateur 440 绘 繪 绘图 绘画 插图 插画 插图者 配图 图",
    "pht": "photographer photographers photos by 600 摄影 攝影 摄",
    "art": "artist artists painter 040",
    "aui": "author of introduction introduction by preface foreword 080 序 作序 导读 导言",
    "aft": "author of afterword colophon afterword 075 跋",
    "ann": "annotator annotated by 020 注 註 注释 校注 校註 点校 注解",
    "cmm": "commentator commentary 210 评 评注 评析 赏析 解读",
    "adp": "adapter adapted by adaptor 010 改编 改写 缩写",
    "ctb": "contributor contributors 205 参编 协编",
    "nrt": "narrator 550 口述 讲述 朗读",
    "cmp": "composer 230 作曲 曲",
    "lyr": "lyricist librettist 480 作词",
    "pfr": "proofreader corrector 审校 校 校对 校订 审订",
    "dgs": "degree supervisor thesis advisor 导师",
}
CODES = tuple(WORDS)
CREATES = frozenset({"aut", "cre", "cmp", "lyr", "art"})
_SEVERAL = (
    "translated by", "edited by", "compiled by", "illustrated by", "photos by", "author of introduction", "introduction by",
    "author of afterword colophon", "annotated by", "adapted by", "degree supervisor", "thesis advisor",
)  # fmt: skip
_BARE = re.compile(r"^[\s,，.;:\[(（【]+|[\s,，.;:\])）】]+$")


def _table() -> dict[str, str]:
    table = {code: code for code in CODES}
    for code, said in WORDS.items():
        rest = said
        for phrase in _SEVERAL:
            if phrase in rest:
                table[phrase], rest = code, rest.replace(phrase, " ")
        table |= dict.fromkeys(rest.split(), code)
    return table


TABLE = _table()


@lru_cache(maxsize=1024)
def code_of(text: str) -> str:
    """`editor.`, `edt`, `主编`, `等编`, `340` and the address of a relator → edt; empty for what is none of ours."""
    plain = _BARE.sub("", unicodedata.normalize("NFKC", text[:100]).casefold()).rpartition("relators/")[2]
    for said in (plain, plain.removeprefix("等"), plain.removeprefix("joint "), plain.removeprefix("co-")):
        if found := TABLE.get(said):
            return found
    return ""
