"""Course lists as readers see them: which there are, and what of each can be had now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from wagtail.models import Locale

from library_bridge.models import Reader
from personal_catalog import titles
from personal_catalog.models import Title
from sharing import availability, catalogue, policies
from sharing.catalogue import ResultRow
from sharing.filters import TitleFilter
from sharing.models import HomePage, ReadingListEntry, ReadingListPage, ReadingListsPage
from sharing.typography import page_language

MOST = 300
SECONDS = 45  # with the caches on the way, what is taken off is gone within a minute (T-R22)
SLUG = "course-lists"


@dataclass(frozen=True)
class ShownList:
    """A list among others: how many books it has, and how many of them can be had now."""

    pk: int
    name: str
    url: str
    course_number: str
    term: str
    offered_by: str
    language: str
    translation_key: str
    books: int = 0
    free: int = 0

    @property
    def facts(self) -> list[str]:
        return [fact for fact in (self.course_number, self.offered_by, self.term) if fact]


@dataclass(frozen=True)
class Book:
    note: str
    row: ResultRow


def lists_page(locale: Locale) -> ReadingListsPage | None:
    """The list of lists of a language, made where there is none yet; None without a root to put it under."""
    found: ReadingListsPage | None = ReadingListsPage.objects.filter(locale=locale).order_by("path").first()
    home = HomePage.objects.filter(locale=locale).order_by("path").first()
    if found or home is None:
        return found
    title = "课程书单" if locale.language_code.startswith("zh") else "Course lists"
    made: ReadingListsPage = home.add_child(instance=ReadingListsPage(title=title, slug=SLUG, locale=locale))
    return made


def start(locale: Locale) -> ReadingListsPage | None:
    """Where the lists of this language begin, else those of any."""
    rows = ReadingListsPage.objects.live().public().order_by("path")
    found: ReadingListsPage | None = rows.filter(locale=locale).first() or rows.first()
    return found


def shown(*, reader: Reader | None, now: datetime) -> list[ShownList]:
    """Those of the reader's department first, then the newest. A list that is written in both languages stands in the
    reader's; one that is not, in the one it has. No query while the cache is warm, whoever asks."""
    here, every = _language(), _kept(now)
    mine = {one.translation_key for one in every if one.language == here}
    found = [one for one in every if one.language == here or one.translation_key not in mine]
    department = reader.department.casefold() if reader else ""
    return sorted(found, key=lambda one: not (department and department in one.offered_by.casefold()))


def _language() -> str:
    return "en" if page_language() == "en" else "zh-hans"


def _kept(now: datetime) -> list[ShownList]:
    found: list[ShownList] | None = cache.get("reading-lists")
    if found is None:
        found = _every(now)
        cache.set("reading-lists", found, SECONDS)
    return found


def _every(now: datetime) -> list[ShownList]:
    pages = (
        ReadingListPage.objects.live().public().select_related("locale").order_by("-first_published_at", "-pk")[:MOST]
    )
    made = [_shown(page) for page in pages]
    books = _titles_of([one.pk for one in made])
    ids = {pk for found in books.values() for pk in found}
    held = availability.of_titles(ids, reader=None, policy=policies.current(), now=now)
    free = {pk for pk, rows in held.items() if any(one.free for one in rows)}
    return [replace(one, books=len(books[one.pk]), free=len(free & set(books[one.pk]))) for one in made]


def _shown(page: ReadingListPage) -> ShownList:
    return ShownList(
        page.pk, page.title, page.get_url() or "", page.course_number, page.term, page.offered_by, page.locale.language_code,
        str(page.translation_key),
    )  # fmt: skip


def _titles_of(pages: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in ReadingListEntry.objects.filter(page__in=pages).select_related("title__merged_into"):
        if title := shown_title(entry):
            found[entry.page_id].append(title.pk)
    return found


def books(entries: Sequence[ReadingListEntry], *, reader: Reader | None, now: datetime) -> list[Book]:
    """The books of one list in its order, with what can be had of each. Entries with their titles loaded; as many queries
    for thirty as for one."""
    wanted = [(title.pk, entry.note) for entry in entries if (title := shown_title(entry))]
    rows = catalogue.rows_of([pk for pk, _note in wanted], filters=TitleFilter(reader=reader, now=now))
    found = {row.title.pk: row for row in rows}
    return [Book(note, found[pk]) for pk, note in wanted if pk in found]


def shown_title(entry: ReadingListEntry) -> Title | None:
    """The title that stands there now; none while only its number is known, and none that was taken out of the catalogue."""
    title = entry.title.merged_into or entry.title
    return None if title.status in Title.UNSEEN or titles.is_stub(title) else title
