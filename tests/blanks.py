"""Blanks where Chinese sets none: beside its own marks, in a page as it is read and between two sentences of a template."""

import re

from config.settings.base import BASE_DIR

TEMPLATES = BASE_DIR / "templates"
BETWEEN = r"(?:</(?!button)\w+>|\{% (?:if|elif|else|endif)\b[^%]*%\})*"
BETWEEN_SENTENCES = re.compile(
    rf"\{{% translate \"[^\"]*[.?!:]\"(?: context \"[^\"]*\")? %\}}{BETWEEN} +(?:<(?!/)|\{{[%{{])"
    rf"|\{{% endblocktranslate %\}}{BETWEEN} +(?:<a |\{{% (?:block)?translate)"
    r"| (?:<\w[^>]*>)?\{% translate \"\("
)
UNREAD = re.compile(r"<(script|style|svg|textarea)\b.*?</\1>", re.DOTALL)
INLINE = "a|abbr|b|bdi|code|em|i|kbd|span|strong|time"
BLOCK = re.compile(rf"</?(?!(?:{INLINE})\b)\w[^>]*>")
TAG = re.compile(r"<[^>]*>")
CLOSING, OPENING, INNER = "）》」”", "（《「“", "、，。；：？！"
BESIDE_MARKS = re.compile(rf".{{0,20}}(?:[{INNER}{CLOSING}] +[^\s·/]|[^\s·/…] +[{INNER}{OPENING}]).{{0,20}}")


def in_templates(folder: str) -> list[str]:
    """The readers' templates of an app whose sentences or brackets are joined by a blank instead of by {% gap %}."""
    ours = [path for path in (TEMPLATES / folder).rglob("*.html") if path.parent.name != "admin"]
    assert ours
    return [path.name for path in ours if BETWEEN_SENTENCES.search(path.read_text())]


def in_page(html: str) -> list[str]:
    """The words around each blank beside a Chinese mark, on one line; a dot between two facts has its own."""
    lines = BLOCK.sub("\n", UNREAD.sub("\n", " ".join(html.split()))).splitlines()
    return [found.strip() for line in lines for found in BESIDE_MARKS.findall(TAG.sub("", line))]
