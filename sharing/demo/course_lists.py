"""Course lists of the campus: of books that its catalogue has. Each is written twice, as two originals that a key joins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from wagtail.models import Locale

from personal_catalog.models import Title
from sharing import reading_lists
from sharing.models import ReadingListEntry, ReadingListPage, ReadingListsPage

ONE_LIST = UUID("0f5b2a64-3c58-4a2d-9a4f-7a6c1d20b8e3")


@dataclass(frozen=True)
class Written:
    name: str
    offered_by: str
    lead: str


@dataclass(frozen=True)
class Course:
    number: str
    zh: Written
    en: Written
    books: tuple[tuple[str, str, str], ...]
    """Title as catalogued, note in Chinese, note in English."""


TERM = {"zh-hans": "2026 年秋", "en": "autumn 2026"}
LEAD = {
    "zh-hans": "老师指定的书，看看哪些现在就能借。",
    "en": "Books that lecturers have named, and which of them can be had now.",
}
COURSES = (
    Course(
        "MATH3102",
        Written("运筹学（一）", "数学与统计学院", "每周一章；期末可带一本参考书。"),
        Written("Operations Research I", "School of Mathematics and Statistics", "A chapter a week; bring one book to the exam."),
        (
            ("运筹学", "必读，第 1 至 6 章", "Required: chapters 1 to 6"),
            ("调度", "第 9 周起", "From week 9"),
            ("精通MATLAB(第3版)", "上机用", "For the computer classes"),
            ("预测控制(第2版)", "", ""),
        ),
    ),
    Course(
        "MECH4015",
        Written("计算流体力学与数值方法", "机械工程学院", "大作业用自己选的软件完成。"),
        Written("Numerical Methods and CFD", "School of Mechanical Engineering", "The project may be done with any program."),
        (
            ("计算流体动力学分析", "必读", "Required"),
            ("ABAQUS 6.12有限元分析从入门到精通", "做结构题的同学用", "If you choose a structure"),
            ("风对结构的作用", "第 5 周的例子", "Examples of week 5"),
            ("精通MATLAB(第3版)", "", ""),
            ("机械设计实用手册(第3版)", "查表用，不必通读", "To look things up in"),
        ),
    ),
    Course(
        "CHIN2207",
        Written("中国现代文学选读", "外国语学院", "每次课前读完一篇。"),
        Written("Readings in Modern Chinese Literature", "School of Foreign Languages", "Read one work before each class."),
        (
            ("中国现代文学三十年", "教材", "Textbook"),
            ("呐喊", "", ""),
            ("边城", "", ""),
            ("骆驼祥子", "", ""),
            ("围城", "前四章", "The first four chapters"),
            ("雷雨", "第二、四幕", "Acts two and four"),
            ("倾城之恋", "", ""),
        ),
    ),
)  # fmt: skip


def load(*, now: datetime) -> None:
    if ReadingListPage.objects.exists():
        return
    for language in ("zh-hans", "en"):
        parent = reading_lists.lists_page(Locale.objects.get(language_code=language))
        if parent is not None:
            parent.lead = LEAD[language]
            parent.save(update_fields=["lead"])
            for course in COURSES:
                _publish(parent, course, language, now)


def _publish(parent: ReadingListsPage, course: Course, language: str, now: datetime) -> None:
    written = course.en if language == "en" else course.zh
    page = ReadingListPage(
        locale=parent.locale, translation_key=uuid5(ONE_LIST, course.number), title=written.name, slug=course.number.lower(),
        course_number=course.number, term=TERM[language], offered_by=written.offered_by, lead=written.lead,
        first_published_at=now, last_published_at=now,
    )  # fmt: skip
    titles = _titles(course)
    page.entries = [
        ReadingListEntry(title=titles[name], note=en if language == "en" else zh, sort_order=place)
        for place, (name, zh, en) in enumerate(course.books)
        if name in titles
    ]
    parent.add_child(instance=page)


def _titles(course: Course) -> dict[str, Title]:
    """Of several records of a name the one that is passed on most."""
    names = [name for name, _zh, _en in course.books]
    rows = Title.objects.live().filter(title__in=names).order_by("passed_on", "-pk")
    return {title.title: title for title in rows}
