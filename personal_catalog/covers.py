"""The typeset cloth cover for a title without a picture: the same for the same ISBN, about 1.2 kB, no font embedded.

Three bindings, chosen by the script of the title and by the ISBN:
  label   a paper title slip (题签) pasted top left, title set vertically: Chinese titles up to 14 characters
  foil    title stamped between two rules, set horizontally: longer Chinese titles
  band    a paper band round the lower third: Latin titles
"""

import re
import unicodedata
from hashlib import sha256
from html import escape

from personal_catalog.models import Title

CLOTHS = (  # cloth, foil, paper; foil on cloth is at least 4.5:1 (check_design.py measures it)
    ("#1f4d3d", "#e8d9ae", "#f6f2e6"),  # bottle green
    ("#6b2430", "#f0d9b0", "#f7f1e8"),  # oxblood
    ("#22375f", "#dfe3ee", "#f3f3ee"),  # navy
    ("#5a4a2f", "#f1e2bd", "#f5f1e6"),  # umber
    ("#2d5560", "#e3ecec", "#f1f4f1"),  # teal
    ("#43464a", "#ececec", "#f4f4f2"),  # slate
    ("#7a4a1f", "#fbe9cd", "#f8f2e8"),  # tan
    ("#3f4a2b", "#e7e6c4", "#f4f3e6"),  # olive
)
SONG = "'Songti SC','Source Han Serif SC','Noto Serif CJK SC','Noto Serif SC',STZhongsong,serif"
LATIN = "Charter,'Iowan Old Style',Georgia,'Noto Serif CJK SC',serif"
FOIL_WIDTH, BAND_WIDTH = 76.0, 80.0
"""Room for a line: a word too long for it is set smaller, never broken."""
TURNED = str.maketrans({"(": "︵", ")": "︶", "\uff08": "︵", "\uff09": "︶", "—": "︱", "-": "︲"})


WEAVE = (
    '<defs><pattern id="weave" width="3" height="3" patternUnits="userSpaceOnUse">'
    '<path d="M0 .5h3M.5 0v3" stroke="#fff" stroke-opacity=".07"/>'
    '<path d="M0 2h3M2 0v3" stroke="#000" stroke-opacity=".09"/></pattern></defs>'
)


def standalone_svg(title: Title) -> str:
    """The cover of a title as a file of its own, which brings its weave along."""
    creator = str(title.creators[0]) if title.creators else ""
    inline = cover_svg(title.cover_seed or title.title, title.title, creator)
    start, rest = inline.split(">", 1)
    return start.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + ">" + WEAVE + rest


def cover_svg(isbn: str, title: str, creator: str = "", *, weave: str = "weave") -> str:
    """An SVG of 100 × 140 units; `weave` is the id of the page's one pattern, "" leaves it out."""
    seed = sha256(isbn.encode()).digest()
    cloth, foil, paper = CLOTHS[seed[0] % len(CLOTHS)]
    main = re.split(r"[:\uff1a(\uff08]| – ", title)[0].strip()
    han = any("CJK" in unicodedata.name(c, "") for c in main)
    if han and len(main) <= 14 and not re.search(r"[A-Za-z0-9]{2}", main):
        face = _label(main, creator, paper, seed[1])
    elif han:
        face = _foil(main, creator, foil)
    else:
        face = _band(main, creator, foil, paper)
    language = ' lang="zh-Hans"' if han else ""
    texture = f'<rect width="100" height="140" fill="url(#{weave})"/>' if weave else ""
    return (
        f'<svg viewBox="0 0 100 140"{language} aria-hidden="true" focusable="false">'
        f'<rect width="100" height="140" fill="{cloth}"/>{texture}'
        f'<path d="M8 0v140" stroke="#000" stroke-opacity=".28" stroke-width="1.5"/>'
        f'<path d="M9.4 0v140" stroke="#fff" stroke-opacity=".14"/>{face}</svg>'
    )


def _label(main: str, creator: str, paper: str, turn: int) -> str:
    """Vertical title on a pasted slip, one or two columns, read from the right."""
    columns = [main] if len(main) <= 7 else [main[: (len(main) + 1) // 2], main[(len(main) + 1) // 2 :]]
    size = min(17.0, 92 / max(len(c) for c in columns)) if len(columns) == 1 else min(13.0, 92 / len(columns[0]))
    width, height = len(columns) * (size + 3) + 9, len(columns[0]) * size * 1.12 + 14
    left = 18 if turn % 2 else 92 - width
    text = ""
    for number, column in enumerate(columns):
        x = left + width - 6 - size / 2 - number * (size + 3)
        text += "".join(
            f'<text x="{x:.1f}" y="{17 + size * 0.88 + i * size * 1.12:.1f}">{escape(c)}</text>'
            for i, c in enumerate(column.translate(TURNED))
        )
    name = _name(creator, 17 if creator.isascii() else 7)
    other = 88 if turn % 2 else 20
    return (
        f'<rect x="{left:.1f}" y="10" width="{width:.1f}" height="{height:.1f}" fill="{paper}"/>'
        f'<rect x="{left + 2:.1f}" y="12" width="{width - 4:.1f}" height="{height - 4:.1f}" '
        'fill="none" stroke="#17201c" stroke-width=".7"/>'
        f'<g font-family="{SONG}" font-weight="700" font-size="{size:.1f}" text-anchor="middle" fill="#17201c">{text}</g>'
        f'<g font-family="{SONG}" font-size="7.5" text-anchor="middle" fill="{paper}">' + _upright(name, other) + "</g>"
    )


def _upright(name: str, x: int) -> str:
    if name.isascii():
        return f'<text transform="translate({x - 2.5} 132) rotate(-90)" text-anchor="start">{escape(name)}</text>'
    return "".join(f'<text x="{x}" y="{130 - (len(name) - 1 - i) * 9}">{escape(c)}</text>' for i, c in enumerate(name))


def _foil(main: str, creator: str, foil: str) -> str:
    lines = _wrap(main, 5, 4)
    size = min(14 if len(lines) < 4 else 13, FOIL_WIDTH / max(map(_units, lines)))
    top = 40 - (len(lines) - 2) * 4
    text = "".join(f'<text x="54" y="{top + i * size * 1.3:.1f}">{escape(line)}</text>' for i, line in enumerate(lines))
    end = top + (len(lines) - 1) * size * 1.3 + 9
    return (
        f'<g stroke="{foil}" stroke-width="1.2" fill="none">'
        f'<path d="M18 {top - size - 5:.1f}h72M18 {end:.1f}h72"/>'
        f'<path d="M18 {top - size - 7.5:.1f}h72M18 {end + 2.5:.1f}h72" stroke-width=".6"/></g>'
        f'<g font-family="{SONG}" font-weight="700" font-size="{size:.4g}" text-anchor="middle" fill="{foil}">{text}</g>'
        f'<text x="54" y="128" font-family="{SONG}" font-size="8" text-anchor="middle" fill="{foil}">{escape(_name(creator, 9))}</text>'
    )


def _band(main: str, creator: str, foil: str, paper: str) -> str:
    lines = _words(main, 11, 4)
    size = min(12.5, BAND_WIDTH / max(0.6 * max(map(len, lines)), 1))
    text = "".join(f'<text x="16" y="{32 + i * 14.5}">{escape(line)}</text>' for i, line in enumerate(lines))
    return (
        f'<g font-family="{LATIN}" font-weight="700" font-size="{size:.4g}" fill="{foil}">{text}</g>'
        f'<rect y="104" width="100" height="20" fill="{paper}"/><path d="M0 104.5h100M0 123.5h100" stroke="#17201c" stroke-opacity=".35"/>'
        f'<text x="16" y="117" font-family="{LATIN}" font-size="8" fill="#17201c">{escape(_name(creator, 17))}</text>'
    )


def _name(creator: str, most: int = 7) -> str:
    first = re.split(r"[,\uff0c;\uff1b、/]", re.sub(r"^[\[〔(\uff08].{1,4}[\]〕)\uff09]\s*", "", creator))[0].strip()
    first = first.split("·")[-1]
    return first if len(first) <= most else first[: most - 1] + "…"


def _units(line: str) -> float:
    """How wide a line is, in Han characters."""
    return sum(0.6 if c.isascii() else 1 for c in line) or 1


def _wrap(text: str, width: int, most: int) -> list[str]:
    """Han characters one unit, Latin runs kept whole at half a unit a letter."""
    lines: list[str] = []
    line, used = "", 0.0
    for run in re.findall(r"[A-Za-z0-9.+#]+|.", text):
        need = len(run) * 0.55 if run[0].isascii() else 1
        if line and used + need > width:
            lines, line, used = [*lines, line], "", 0.0
        line, used = line + run, used + need
    lines.append(line)
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][:4] + "…"]


def _words(text: str, width: int, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + "…"]
