"""What waits for the demo campus's curators, besides titles typed by hand: a likely duplicate, flags, corrections, and sources
that say otherwise."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from personal_catalog import conflicts, copies, curation, doubles, flags, titles
from personal_catalog.facts import BookFacts
from personal_catalog.models import Copy, Title, TitleFlag

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

Kind = TitleFlag.Kind
DOUBLED = "t181"
DOUBLE = BookFacts(title="文明的冲突和世界秩序的重建", creators=("亨廷顿",), publisher="新华出版社", language="chi")
FLAGS = (
    ("t008", Kind.WRONG, "题名和副题名好像写颠倒了。"),
    ("t018", Kind.DOUBLE, "和人民文学出版社的《围城》是不是同一本？"),
)
CORRECTIONS: tuple[tuple[str, dict[str, object], str], ...] = (
    ("t007", {"creators": ["维克托·迈尔·舍恩伯格", "肯尼思·库克耶"], "translators": ["盛杨燕", "周涛"]}, "封面上有两位作者、两位译者。"),
    ("t018", {"creators": ["钱锺书"]}, "书上印的是“锺”。"),
)  # fmt: skip
SAID_OTHERWISE = (("t026", "open_library", BookFacts(year=2000)), ("t020", "library", BookFacts(year=1973)))


def load(shelf: Mapping[str, Title], readers: "Sequence[Reader]", *, lin: "Reader | None", now: datetime) -> None:
    """`shelf` is key → title."""
    if not readers:
        return
    first, last = readers[0], readers[-1]
    for key, kind, note in FLAGS:
        if key in shelf:
            flags.flag_title(title=shelf[key], reader=first, kind=kind, note=note, now=_by_day(now, 1, 15))
    for key, changes, reason in CORRECTIONS:
        if key in shelf:
            curation.suggest_correction(
                title=shelf[key], reader=last, changes=changes, now=_by_day(now, 2, 11), reason=reason
            )
    for key, source, facts in SAID_OTHERWISE:
        if key in shelf:
            conflicts.note(shelf[key], facts, source=source, now=_by_day(now, 3, 10))
    if DOUBLED in shelf and lin is not None:
        _catalogue_twice(first, lin, now=_by_day(now, 9, 16))


def _by_day(now: datetime, days: int, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(now) - timedelta(days=days), time(hour, 20)))


def _catalogue_twice(reader: "Reader", lin: "Reader", *, now: datetime) -> None:
    """Typed by somebody who did not find it, approved by somebody who did not look."""
    title = titles.add_by_hand(facts=DOUBLE, actor=reader, now=now)
    copies.register_copy(title=title, owner=reader, source=Copy.Source.TYPED, now=now)
    title = titles.approve_title(title_id=title.pk, actor=lin, now=now + timedelta(hours=1))
    assert any(doubles.of_title(title, now=now + timedelta(hours=9)))
