"""The demo campus's catalogue: its titles, and some hundred and seventy copies on its readers' shelves.

Deterministic, and loaded once: a second run finds its titles and changes nothing.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from personal_catalog import copies, demo_curation, titles
from personal_catalog.facts import BookFacts, typed
from personal_catalog.models import Copy, CustodyRecord, Title, TitleIsbn
from personal_catalog.search.index import reindex

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

    Planned = tuple[Reader, Title, str]

SOURCE = "demo"
SEED = 20150901
OWNERS = 45
COPIES_OF_OTHERS = 160
PASSED_ON_MOST = 12  # the first rows of the list: what the library's own readers pass on most
SHELVES = {
    "Alice": [
        "t017",
        "t037",
        "t107",
        "t075",
        "t073",
        "t062",
        "t272",
        "t323",
        "t057",
        "t029",
        "t110",
        "t090",
        "t102",
        "t081",
    ],
    "Bob": ["t105", "t262", "t348"],
    "Charlie": ["t101", "t364"],
}
LEND = Copy.Mode.LEND
MODES = [LEND] * 14 + [Copy.Mode.DRIFT] * 3 + [Copy.Mode.GIFT] * 2 + [Copy.Mode.DISPLAY]
CONDITIONS = [Copy.Condition.GOOD] * 6 + [Copy.Condition.FAIR] * 2 + [Copy.Condition.NEW, Copy.Condition.WORN]
NOTES = (
    "第三章有铅笔划线",
    "封面有一处折痕，内页干净",
    "随书的光盘还在",
    "看完麻烦写一句读后感夹在里面",
    "前两章最值得看，后面可以跳",
    "书里夹着一枚银杏叶，请留着",
    "期末前想收回来复习用",
    "扉页有我的藏书章",
    "Pencil marks in chapter two, otherwise clean",
    "The spine is loose: please open it gently",
    "Second-hand already, so no need to worry",
)
ALICES_MODES = {"t110": Copy.Mode.DRIFT, "t090": Copy.Mode.GIFT, "t102": Copy.Mode.DISPLAY}  # she lends the others
# Days ago, whether a curator has approved it, and what a reader typed: what an invented university prints itself.
TYPED_BY_HAND = (
    (148, True, BookFacts(title="浣溪方言小词典", creators=("方言调查小组",), year=2019, language="chi")),
    (83, True, BookFacts(title="电工实习指导书", creators=("工程训练中心",), language="chi")),
    (6, True, BookFacts(title="浣溪校园建筑散步", creators=("建筑学会",), year=2020, language="chi")),
    (5, True, BookFacts(title="流体力学实验讲义", creators=("力学实验室",), language="chi")),
    (5, True, BookFacts(title="Huanxi Choir Songbook", creators=("Huanxi University Choir",), year=2022, language="eng")),
    (4, True, BookFacts(title="虎溪诗抄", creators=("虎溪诗社",), year=2018, language="chi")),
    (3, True, BookFacts(title="新生生存手册", creators=("学生会",), year=2024, language="chi")),
    (3, True, BookFacts(title="机械制图习题集（校内版）", creators=("制图教研室",), language="chi")),
    (3, False, BookFacts(
        title="浣溪大学草木图志", creators=("植物学社",), publisher="浣溪大学植物学社", year=2021, language="chi"
    )),
    (2, False, BookFacts(title="线性代数习题课讲义", creators=("数学系教研组",), language="chi")),
    (1, False, BookFacts(title="Birds of the Huanxi Campus", creators=("Huanxi Bird Watchers",), year=2023, language="eng")),
)  # fmt: skip


@transaction.atomic
def load(*, now: datetime) -> None:
    if Title.objects.filter(provenance__title=SOURCE).exists():
        return
    random = Random(SEED)
    shelf = _make_titles(_read(settings.DEMO_TITLES), now=now - timedelta(days=210))
    readers = list(
        get_user_model().objects.filter(is_staff=False).select_related("area").order_by("username", "pk")[:OWNERS]
    )
    if not readers:
        return
    _make_copies(_planned(readers, shelf, random), random, now=now)
    typing = [reader for reader in readers[5:] if reader.leaderboard_opt_in]
    lin = get_user_model().objects.filter(username="lin").first()
    _type_by_hand(typing, random, lin=lin, now=now)
    demo_curation.load(shelf, typing, lin=lin, now=now)


def _read(path: Path) -> dict[str, BookFacts]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: _facts(row) for row in csv.DictReader(file)}


def _facts(row: dict[str, str]) -> BookFacts:
    many = {name: (row.get(name) or "").split("|") for name in ("creators", "translators", "subjects")}
    return typed({**row, **many, "isbns": [row.get("isbn13") or ""]})


def _make_titles(rows: dict[str, BookFacts], *, now: datetime) -> dict[str, Title]:
    """Key → title. An ISBN that the catalogue has already keeps its title."""
    numbers = {facts.isbns[0]: key for key, facts in rows.items() if facts.isbns}
    known = TitleIsbn.objects.filter(isbn13__in=numbers).select_related("title")
    made = {numbers[row.isbn13]: row.title for row in known}
    new = {key: titles.prepare(facts, source=SOURCE, now=now) for key, facts in rows.items() if key not in made}
    Title.objects.bulk_create(new.values())
    TitleIsbn.objects.bulk_create(
        TitleIsbn(title=title, isbn13=isbn13) for key, title in new.items() for isbn13 in rows[key].isbns
    )
    reindex(Title.objects.filter(pk__in=[title.pk for title in new.values()]).prefetch_related("isbns"))
    return {**made, **new}


def _planned(readers: "list[Reader]", shelf: dict[str, Title], random: Random) -> "Iterator[Planned]":
    by_name = {reader.display_name: reader for reader in readers}
    for name, keys in SHELVES.items():
        if name in by_name:
            yield from ((by_name[name], shelf[key], ALICES_MODES.get(key, LEND)) for key in keys if key in shelf)
    others = [reader for reader in readers if reader.display_name not in SHELVES] or readers
    keys = list(shelf)
    rest = keys[PASSED_ON_MOST:]
    wanted = keys[:PASSED_ON_MOST] + random.sample(rest, min(COPIES_OF_OTHERS, len(rest)))
    owners = islice(cycle(others), COPIES_OF_OTHERS)
    yield from ((owner, shelf[key], mode) for owner, key, mode in zip(owners, wanted, cycle(MODES)))


def _make_copies(planned: "Iterable[Planned]", random: Random, *, now: datetime) -> None:
    pairs = list(planned)
    codes = _codes(len(pairs), random)
    made = Copy.objects.bulk_create(
        Copy(
            title=title,
            owner=owner,
            holder=owner,
            mode=mode,
            condition=random.choice(CONDITIONS),
            note=random.choice(NOTES) if random.random() < 0.4 else "",
            area=copies.area_of(owner),
            code=code,
            created_at=_by_day(now, random.randint(182 if owner.display_name in SHELVES else 1, 200), random),
        )
        for (owner, title, mode), code in zip(pairs, codes, strict=True)
    )
    CustodyRecord.objects.bulk_create(
        CustodyRecord(copy=copy, to_holder=copy.owner, at=copy.created_at, reason=CustodyRecord.Reason.REGISTERED)
        for copy in made
    )


def _by_day(now: datetime, days: int, random: Random) -> datetime:
    """Some time of the day so many days ago."""
    day = timezone.localdate(now) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(random.randint(9, 20), random.randint(0, 59))))


def _type_by_hand(readers: "list[Reader]", random: Random, *, lin: "Reader | None", now: datetime) -> None:
    for reader, (days, approved, facts) in zip(readers, TYPED_BY_HAND, strict=False):
        then = _by_day(now, days, random)
        title = titles.add_by_hand(facts=facts, actor=reader, now=then)
        copies.register_copy(title=title, owner=reader, source=Copy.Source.TYPED, now=then)
        if approved and lin is not None:
            titles.approve_title(title_id=title.pk, actor=lin, now=then + timedelta(hours=2))


def _codes(count: int, random: Random) -> list[str]:
    """The same every time, so that printed demo labels stay good."""
    taken = set(Copy.objects.values_list("code", flat=True))
    codes: list[str] = []
    while len(codes) < count:
        code = "".join(random.choices(copies.CODE_LETTERS, k=8))
        if code not in taken:
            taken.add(code)
            codes.append(code)
    return codes
