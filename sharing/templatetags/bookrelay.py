"""Tags and filters of every template (a built-in library, no {% load %} needed). `now` is taken here, at the edge."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from zlib import crc32

import segno
from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import ngettext

from personal_catalog import addresses
from personal_catalog.cover_pictures import kept
from personal_catalog.covers import cover_svg
from sharing import dates, phrases, policies, typography
from sharing.dates import When

register = template.Library()
CHIP = '<span class="chip chip-{}">{}</span>'
TICK = (
    '\n<label><input type="checkbox" id="f-{name}-{mark}" name="{name}" value="{value}"{checked}>'
    '<span{language}>{label}</span><span class="num">{count}</span></label>'
)


def today() -> date:
    return timezone.localdate()


@register.simple_tag
@cache
def icon(name: str, *, small: bool = False) -> SafeString:
    """An icon of the sprite static/icons.svg; it stands beside a word or in something that has a name."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        " icon-s" if small else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag
def cover(book: Any, size: int = 0, *, lazy: bool = False) -> SafeString:
    """The picture of a Title's cover; without one its cloth cover, as of anything with a title (a library loan). `size` 1
    to 8 as in elements.css. In long lists of Titles `lazy` asks for a cloth cover by address: it keeps the page small."""
    size_class = f" cover-{size}" if size else ""
    if name := getattr(book, "cover_id", None):
        picture = _picture(name, lazy=lazy)
    elif lazy and getattr(book, "pk", None) and hasattr(book, "cover_seed"):
        address = escape(addresses.numbered("cover", book.pk))
        picture = mark_safe(f'<img src="{address}" alt="" width="100" height="140" loading="lazy">')
    else:
        picture = mark_safe(cover_svg(*_cover_facts(book)))
    return mark_safe(f'<span class="cover{size_class}">{picture}</span>')


def _picture(name: str, *, lazy: bool) -> SafeString:
    """As wide as a browser finds it best; a title's own page shows it largest."""
    widths = kept.widths_of(name)
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" alt="" width="100" height="140" decoding="async"{}>',
        kept.url(name, widths[len(widths) // 2]),
        ", ".join(f"{kept.url(name, width)} {width}w" for width in widths),
        "auto, 6.5rem" if lazy else "(min-width: 60rem) 11rem, 6.5rem",
        mark_safe(' loading="lazy"' if lazy else ""),
    )


def _cover_facts(book: Any) -> tuple[str, str, str]:
    name = typography.name_of(book)
    seed = getattr(book, "cover_seed", "") or getattr(book, "isbn13", "") or name
    creators = getattr(book, "creators", "")
    return str(seed), name, creators if isinstance(creators, str) else "、".join(creators[:1])


@register.simple_tag
def chips(row: Iterable[Any]) -> SafeString:
    """Those of one book in a long list, as elements/chip.html has one: rows of kind and says."""
    words = (CHIP.format(escape(chip.kind), typography.with_han_marked(capfirst(chip.says))) for chip in row)
    return mark_safe("".join(words))


@register.simple_tag
def ticks(name: str, values: Iterable[Any]) -> SafeString:
    """The boxes of one filter: rows of value, label, count and chosen. For filters with many of them. A box is called by its value,
    for by its name the keyboard's focus finds it again among the next results, where it stands elsewhere."""
    boxes = (
        TICK.format(
            name=name, mark=f"{crc32(str(one.value).encode()):x}", value=escape(one.value), checked=" checked" if one.chosen else "",
            language=typography.lang_attribute(one.label), label=escape(one.label),
            count=typography.grouped(one.count) if one.count or one.chosen else "",
        )
        for one in values
    )  # fmt: skip
    return mark_safe("".join(boxes))


@register.simple_tag
def imprint(title: Any, facts: str = "") -> SafeString:
    """Who made a book and where it appeared, each in its language, and what else is known of it: for a long list."""
    lines = []
    if creators := title.creators_text:
        lines.append(_in_its_language(creators))
    published = [_in_its_language(title.publisher)] if title.publisher else []
    if published or facts:
        lines.append(mark_safe(" · ".join([*published, *([escape(facts)] if facts else [])])))
    return mark_safe(f'<p class="meta">{"<br>".join(lines)}</p>') if lines else mark_safe("")


def _in_its_language(words: str) -> SafeString:
    return mark_safe(f"<span{typography.lang_attribute(words)}>{escape(words)}</span>")


@register.simple_tag
def qr(text: str, name: str = "QR") -> SafeString:
    """A QR code, dark on white in both themes. What it says must stand beside it in letters too."""
    drawing = segno.make(text, micro=False, error="m").svg_inline(
        border=0, omitsize=True, dark="#10160f", svgclass=None, lineclass=None
    )
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', name, mark_safe(drawing))


@register.simple_tag
def stamp(
    when: When | None, *, time: bool = False, short: bool = False, binding: bool = False, box: bool = False
) -> SafeString:
    """A date as the library stamps it: `short` leaves the year out, `time` adds the hour, `binding` turns it red from
    three days before, `box` draws the frame."""
    if when is None:
        return mark_safe("")
    words = dates.stamp_day(when) if short else dates.stamp_date(when)
    if time and isinstance(when, datetime):
        words = f"{words} {dates.stamp_time(when)}"
    return _time(when, words, due=binding and dates.binds(when, today=today()), box=box)


@register.simple_tag
def near_stamp(when: datetime | None, *, due: bool = True, begins: bool = True) -> SafeString:
    """`Today 12:30` within the week, else `25 Nov 12:30`, set as a stamp: for what waits and when. Inside a sentence it
    does not begin with a capital: `begins=False`."""
    if when is None:
        return mark_safe("")
    near = dates.is_near(when, today=today())
    words = dates.near_time(when, today=today()) if near else f"{dates.stamp_day(when)} {dates.stamp_time(when)}"
    return _time(when, capfirst(words) if begins else words, due=due)


@register.simple_tag
def this_minute() -> SafeString:
    """When an error happened, for the help desk."""
    return _time(now := timezone.now(), f"{dates.stamp_date(now)} {dates.stamp_time(now)}", due=False)


def _time(when: When, words: str, *, due: bool, box: bool = False) -> SafeString:
    classes = f"stamp{' stamp-due' if due else ''}{' stamp-box' if box else ''}"
    return format_html('<time class="{}" datetime="{}">{}</time>', classes, dates.local(when).isoformat(), words)


@register.filter
def stamp_date(when: When | None) -> str:
    return dates.stamp_date(when) if when else ""


@register.filter
def stamp_time(when: datetime | None) -> str:
    return dates.stamp_time(when) if when else ""


@register.filter
def long_date(when: When | None) -> str:
    return dates.long_date(when, today=today()) if when else ""


@register.filter
def full_date(when: When | None) -> str:
    return dates.full_date(when) if when else ""


@register.filter
def near_date(when: When | None) -> str:
    return dates.near_date(when, today=today()) if when else ""


@register.filter
def near_time(when: datetime | None) -> str:
    return dates.near_time(when, today=today()) if when else ""


@register.filter
def age(when: datetime) -> str:
    return dates.age(when, now=timezone.now())


@register.filter
def binds(when: When | None) -> bool:
    return when is not None and dates.binds(when, today=today())


@register.filter
def days_left(when: When | None) -> str:
    return dates.days_left(when, today=today()) if when else ""


@register.filter
def time_left(when: datetime | None) -> str:
    return dates.time_left(when, now=timezone.now()) if when else ""


@register.filter
def booktitle(book: Any) -> SafeString:
    """《…》 or “…” with the language marked: for running text."""
    return typography.book_title(book) if book else mark_safe("")


@register.filter
def booktitle_text(book: Any) -> str:
    """The same without markup: for attributes and the title bar."""
    return typography.quoted(typography.name_of(book)) if book else ""


@register.filter
def lang_attr(text: Any) -> SafeString:
    """`<b{{ name|lang_attr }}>{{ name }}</b>`: the attribute where the language changes, else nothing."""
    return typography.lang_attribute(text) if text else mark_safe("")


@register.filter
def names(sentence: Any) -> SafeString:
    """A sentence of ours with somebody's Chinese name or words in it, these marked as Chinese on an English page."""
    return typography.with_han_marked(str(sentence))


@register.simple_tag
def gap(after: str = "。") -> str:
    """{% translate "…" %}{% gap %}{% translate "…" %}, or {% gap one %} behind a sentence that is a variable."""
    return typography.gap(str(after))


@register.filter
def among_han(words: Any) -> SafeString:
    """For what stands in the middle of a translated sentence and may begin or end with Latin letters, digits or Han."""
    return mark_safe(phrases.among_han(conditional_escape(words))) if typography.page_language() == "zh-Hans" else words


@register.simple_tag
def lending_days() -> str:
    """How long a copy is lent, by the policy: for pages of apps that know no policy."""
    days = policies.current().loan_days
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


@register.filter
def grouped(number: int) -> str:
    return typography.grouped(number)


@register.filter
def spaced(code: str, every: int = 1) -> str:
    """A code in groups, to be read aloud or typed: `407 192`, `4 0 7 1 9 2`."""
    return " ".join(code[i : i + every] for i in range(0, len(code), every))


@register.filter
def lines(call_number: str) -> list[str]:
    """A call number as it stands on a spine label, at most three lines; a lone sign gets no line of its own."""
    parts = call_number.replace("/", " ").split(maxsplit=2)
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [f"{parts[-2]}/{parts[-1]}"]
    return parts


@register.filter
def control(field: BoundField) -> SafeString:
    """The form control with our class, beside whatever classes the widget has; a refused one takes the focus, unless the
    form's summary of errors, which stands before it, has taken it."""
    attrs: dict[str, str | bool] = {"class": f"input {field.field.widget.attrs.get('class', '')}".rstrip()}
    return field.as_widget(attrs={**attrs, "autofocus": True} if field.errors else attrs)


@register.filter
def undo_url(message: Any) -> str:
    """`messages.success(request, text, extra_tags=f"undo:{url}")` puts an Undo button into the toast."""
    return next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:/")), "")
