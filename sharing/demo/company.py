"""Readers who know each other: a class and a reading club, a shelf that others follow, and what readers thought of their books."""

from library_bridge.models import Reader
from personal_catalog.models import Copy, ReaderGroup, Title
from sharing import following, group_links, groups, title_notes
from sharing.demo.campus import Campus
from sharing.demo.cast import Cast, writes_english
from sharing.models import GroupLink, TitleNote

CLASS, CLUB = slice(0, 7), slice(5, 11)  # of the other readers
OWL, ROBIN, MAGPIE = ("猫头鹰", "Owl"), ("知更鸟", "Robin"), ("喜鹊", "Magpie")
SHELF_OF_ALICE = "窗边的书架"
# title, days ago, words; each by a reader of its own
NOTES = (
    ("拖延心理学", 3, "最有用的是后半本的技巧：把任务切到十五分钟。前半本可以跳着读。"),
    ("拖延心理学", 26, "期末前一周读完的，这件事本身就说明了问题。"),
    ("精通MATLAB(第3版)", 12, "当工具书查，不要从头读。绘图那几章写得最清楚。"),
    ("活着", 40, "一个下午读完，第二天还在想。"),
    ("围城", 9, "比想象中好笑得多，每隔几页就要停下来抄一句。"),
    ("三体", 17, "前一百页有点慢，坚持过去就放不下了。"),
    ("Sapiens", 21, "Sweeping, and easy to disagree with, which made our book club’s best evening."),
)
SHOUTING = ("三体", 2, "看都不用看，垃圾，不如去打游戏！！！")


def load(campus: Campus, cast: Cast) -> None:
    _group(campus, cast.bob, ReaderGroup.Kind.CLASS, "自动化二班", ROBIN, cast.others[CLASS])
    _group(campus, cast.alice, ReaderGroup.Kind.CLUB, "周三读书会", OWL, (cast.charlie, *cast.others[CLUB]))
    _shelf(campus, cast)
    _notes(campus, cast)


def _group(
    campus: Campus, runner: Reader, kind: str, name: str, runs_as: tuple[str, str], members: tuple[Reader, ...]
) -> None:
    began = campus.day(60, 18, 30)
    group = groups.make_group(actor=runner, name=name, kind=kind, my_name=_one_of(runs_as, runner), now=began)
    link = group_links.make_link(group_id=group.pk, actor=runner, days=60, most=40, now=began)
    for place, reader in enumerate(members):
        _join(campus, group, link, reader, days=59 - place)


def _join(campus: Campus, group: ReaderGroup, link: GroupLink, reader: Reader, *, days: int) -> None:
    token, name = group_links.token_of(link), groups.offered_name(group)
    group_links.join_group(token=token, actor=reader, name=name, now=campus.day(days, 12, 15))


def _one_of(pair: tuple[str, str], reader: Reader) -> str:
    return pair[writes_english(reader)]


def _shelf(campus: Campus, cast: Cast) -> None:
    shelf = following.open_shelf(actor=cast.alice, name=SHELF_OF_ALICE, now=campus.day(50, 20, 10))
    for place, reader in enumerate((cast.bob, *cast.others[:6])):
        following.follow_shelf(code=shelf.code, actor=reader, now=campus.day(45 - place, 13, 20))
    owner = Copy.objects.lendable().exclude(owner__in=cast.personas).order_by("-created_at", "pk")[0].owner
    theirs = following.open_shelf(actor=owner, name=_one_of(MAGPIE, owner), now=campus.day(30, 19, 45))
    following.follow_shelf(code=theirs.code, actor=cast.alice, now=campus.day(29, 9, 30))


def _notes(campus: Campus, cast: Cast) -> None:
    """All but the newest have been looked at; one has been flagged and waits for a librarian."""
    writers = iter(cast.others[12:])
    for name, days, said in NOTES:
        note = _note(campus, next(writers), name, days, said)
        if note is not None and days > 7:
            title_notes.let_stand(note_id=note.pk, actor=cast.lin, now=campus.day(days - 1, 9, 15))
    shouted = _note(campus, next(writers), *SHOUTING)
    if shouted is not None:
        title_notes.flag_note(note_id=shouted.pk, actor=cast.charlie, kind="insult", now=campus.day(1, 20, 30))


def _note(campus: Campus, writer: Reader, name: str, days: int, said: str) -> TitleNote | None:
    title = Title.objects.live().filter(title=name).order_by("pk").first()
    if title is None:
        return None
    return title_notes.write_note(title_id=title.pk, actor=writer, text=said, now=campus.day(days, 21, 5))
