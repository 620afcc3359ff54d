"""The overview's charts as geometry on 380 units' width; templates draw it, a table stands beside each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sharing.statistics import FATES, HOURS, Answers, Span

LEFT, RIGHT = 36, 380
TOP, BASE = 20, 210
LINE_LEFT, LINE_TOP, LINE_BASE = 40, 24, 170
WIDEST = 40
MOST_LABELS = 7
COLOURS = {"fulfilled": 1, "declined": 2, "nobody": 3, "cancelled": 4, "unanswered": 5}  # 5 is the only red


@dataclass(frozen=True)
class Mark:
    """A line of the scale and its number."""

    y: str
    value: int


@dataclass(frozen=True)
class Part:
    y: str
    height: str
    colour: int


@dataclass(frozen=True)
class Column:
    span: Span
    x: str
    middle: str
    width: str
    parts: tuple[Part, ...]
    top: str
    labelled: bool


@dataclass(frozen=True)
class Columns:
    marks: tuple[Mark, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Line:
    path: str
    dots: tuple[tuple[str, str], ...]
    end: float
    end_y: str
    above: bool
    """Where the last number stands: the higher line's above it, the lower line's beneath."""


@dataclass(frozen=True)
class Lines:
    xs: tuple[tuple[str, int], ...]
    this: Line | None
    former: Line | None


def columns_of(spans: Sequence[Span]) -> Columns:
    step = scale_step(max((span.total for span in spans), default=0))
    slot = (RIGHT - LEFT) / max(1, len(spans))
    every = -(-len(spans) // MOST_LABELS)
    columns = (
        _column(span, LEFT + slot * i, slot, step, (len(spans) - 1 - i) % every == 0) for i, span in enumerate(spans)
    )
    return Columns(
        marks=tuple(Mark(_n(BASE - i * (BASE - TOP) / 3), i * step) for i in range(4)), columns=tuple(columns)
    )


def scale_step(most: int) -> int:
    """1, 2 or 5 times a power of ten; three of them reach `most`."""
    steps: Iterator[int] = (base * 10**power for power in range(12) for base in (1, 2, 5))
    return next(step for step in steps if 3 * step >= most)


def _column(span: Span, left: float, slot: float, step: int, labelled: bool) -> Column:
    width = min(WIDEST, slot * 0.64)
    parts = tuple(_stack(span, step))
    middle = left + slot / 2
    top = parts[-1].y if parts else _n(BASE)
    return Column(span, _n(middle - width / 2), _n(middle), _n(width), parts, _n(float(top) - 6), labelled)


def _stack(span: Span, step: int) -> Iterator[Part]:
    y = float(BASE)
    for fate in FATES:
        number = span.fates[fate] if span.fates else 0
        if number:
            height = number * (BASE - TOP) / (3 * step)
            y -= height
            yield Part(_n(y), _n(height), COLOURS[fate])


def lines_of(answers: Answers) -> Lines:
    xs = [LINE_LEFT + 20 + i * (RIGHT - LINE_LEFT - 52) / (len(HOURS) - 1) for i in range(len(HOURS))]
    first = answers.former is None or (answers.now is not None and answers.now[-1] >= answers.former[-1])
    return Lines(
        xs=tuple((_n(x), hours) for x, hours in zip(xs, HOURS, strict=True)),
        this=_line(xs, answers.now, above=first),
        former=_line(xs, answers.former, above=not first),
    )


def _line(xs: Iterable[float], shares: tuple[float, ...] | None, *, above: bool) -> Line | None:
    if shares is None:
        return None
    dots = tuple((_n(x), _n(LINE_BASE - share * (LINE_BASE - LINE_TOP))) for x, share in zip(xs, shares, strict=True))
    path = "M" + "L".join(f"{x} {y}" for x, y in dots)
    return Line(path, dots, shares[-1], dots[-1][1], above)


def _n(value: float) -> str:
    """Never with a comma, whatever the language."""
    return f"{value:.1f}"
