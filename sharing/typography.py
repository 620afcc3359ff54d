"""How books, names and figures are set: 《》 or quotes, and a language mark wherever the language changes."""

import re
from typing import Any

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
HAN_MARKS = r"\u3000-\u30ff\uff00-\uffef·"
HAN_RUN = re.compile(rf"({HAN.pattern}(?:(?:{HAN.pattern}|[{HAN_MARKS}])*{HAN.pattern})?)")
CLOSING = frozenset("。，：；！？、」》）”")
LONG_NUMBER = 10_000
THIN = "\u202f"


def page_language() -> str:
    """The page's language as HTML writes it."""
    return "zh-Hans" if (get_language() or "").startswith("zh") else "en"


def language_of(thing: Any) -> str:
    """A Title knows its language; of any other text we only know whether it is Chinese."""
    known = getattr(_bibliographic(thing), "language_tag", "")
    return str(known) if known else ("zh-Hans" if HAN.search(name_of(thing)) else "")


def name_of(thing: Any) -> str:
    """The book's title, given the text, a Title, or whatever has one (a copy, a library loan)."""
    found = _bibliographic(thing)
    return found if isinstance(found, str) else str(found.title)


def _bibliographic(thing: Any) -> Any:
    while not isinstance(thing, str) and not isinstance(getattr(thing, "title", None), str):
        if not hasattr(thing, "title"):
            return str(thing)
        thing = thing.title
    return thing


def lang_attribute(thing: Any) -> SafeString:
    """` lang="en"` where the language differs from the page's, else nothing."""
    language = language_of(thing)
    return mark_safe(f' lang="{escape(language)}"' if language and language != page_language() else "")


def with_han_marked(sentence: str) -> SafeString:
    """Escaped, with each run of Han in an English page marked as Chinese; a Chinese page needs no mark."""
    if page_language() != "en":
        return conditional_escape(sentence)
    pieces = HAN_RUN.split(sentence)
    marked = (
        format_html('<span lang="zh-Hans">{}</span>', piece) if n % 2 else escape(piece)
        for n, piece in enumerate(pieces)
    )
    return mark_safe("".join(marked))


def quoted(title: str) -> str:
    """A title in running text, without markup: 《拖延心理学》 · “Procrastination”. 《》 inside turn into 〈〉."""
    marks = _("“%(title)s”")
    if marks.startswith("《"):
        title = title.replace("《", "〈").replace("》", "〉")
    return marks % {"title": title}


def book_title(thing: Any) -> SafeString:
    """The same with its language marked."""
    before, after = quoted("\0").split("\0")
    name = quoted(name_of(thing)).removeprefix(before).removesuffix(after)
    language = lang_attribute(thing)
    marked = format_html("<span{}>{}</span>", language, name) if language else conditional_escape(name)
    return format_html("{}{}{}", before, marked, after)


def gap(after: str = "。") -> str:
    """Between two sentences of ours, the first of which ends with `after`: Chinese sets no space behind its own marks."""
    return "" if page_language() == "zh-Hans" and after[-1:] in CLOSING else " "


def grouped(number: int) -> str:
    """A narrow space between thousands from 10 000."""
    return f"{number:,}".replace(",", THIN) if abs(number) >= LONG_NUMBER else str(number)
