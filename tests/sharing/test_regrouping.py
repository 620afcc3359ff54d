"""Merging and parting titles with copies, requests and lendings under way loses and doubles nothing."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from library_bridge.models import LibraryLoan, Reader
from personal_catalog import invariants as catalogue
from personal_catalog.merging import merge_titles
from personal_catalog.models import (
    Copy,
    FieldConflict,
    LikelyDouble,
    Title,
    TitleFlag,
    TitleIsbn,
    TitleMerge,
    TitleSuggestion,
)
from personal_catalog.parting import split_title, undo_merge
from personal_catalog.weighing import weigh
from sharing import asks, invariants, requests, title_notes
from sharing.models import Ask, HarvestedRecord, Lending, LoanTitle, RelatedTitle, Request, SavedSearch, SavedSearchHit
from tests import factories
from tests.personal_catalog import factories as indexed
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.test_reading_lists import course

pytestmark = pytest.mark.django_db
STAGES = ("waits", "wishes", "agreed", "on_loan", "returned")
one_story = st.tuples(st.sampled_from(["keep", "double"]), st.sampled_from(STAGES), st.integers(0, 2))


def live_out(world: World, title: Title, stage: str, reader: Reader) -> None:
    """One reader's wish for one title, with a copy of its own, brought to a stage; a second wish for it is not placed."""
    owner = factories.reader()
    copy = factories.copy(owner, title, now=world.now)
    if Request.objects.live().filter(requester=reader, title=title).exists():
        return
    key = "" if stage == "waits" else f"copy-{copy.pk}"
    request = requests.place_request(actor=reader, title_id=title.pk, holding_key=key, now=world.now)
    if stage in ("agreed", "on_loan", "returned"):
        lending = asks.accept_ask(ask_id=request.asks.get().pk, actor=owner, now=world.now + timedelta(hours=1))
        if stage != "agreed":
            steps.handed_over(lending, now=world.now + timedelta(hours=2))
        if stage == "returned":
            lending.refresh_from_db()
            steps.returned(lending, now=world.now + timedelta(days=3))


def of(titles: list[Title]) -> tuple[Counter[object], set[int]]:
    """Everything that hangs on them, whichever it hangs on: nothing may be lost or doubled."""
    rows: Counter[object] = Counter()
    for model, path in ((Copy, "title"), (Request, "title"), (Lending, "request__title"), (Ask, "request__title")):
        found = model._default_manager.filter(**{f"{path}__in": titles})
        rows.update((model.__name__, pk) for pk in found.values_list("pk", flat=True))
    return rows, set(Lending.objects.live().filter(request__title__in=titles).values_list("pk", flat=True))


def where(titles: list[Title]) -> dict[tuple[str, int], int]:
    copies = {("copy", pk): title for pk, title in Copy.objects.filter(title__in=titles).values_list("pk", "title")}
    wishes = Request.objects.filter(title__in=titles).exclude(close_reason="merged")
    return copies | {("request", pk): title for pk, title in wishes.values_list("pk", "title")}


def broken() -> list[str]:
    """The world's own title was never indexed."""
    checks = [check for check in (*invariants.CHECKS, *catalogue.CHECKS) if check.id != "catalog.index"]
    return [line for check in checks for line in check.violations()]


def astray() -> list[int]:
    """Books lent under another title than their own."""
    lent = Lending.objects.filter(copy__isnull=False).values_list("pk", "request__title", "copy__title")
    return [pk for pk, said, is_ in lent if said != is_]


@settings(
    max_examples=3,
    derandomize=True,
    phases=[Phase.generate],
)
@given(
    stories=st.lists(one_story, min_size=2, max_size=3), after=st.sampled_from([*STAGES, ""]), parts=st.integers(0, 3)
)
def test_merging_undoing_and_splitting_lose_and_double_nothing(
    world: World, stories: list[tuple[str, str, int]], after: str, parts: int
) -> None:
    keep, double = (
        indexed.title(name, now=world.now, isbns=[])
        for name in (f"围城 {Title.objects.count()}", f"新版 {Title.objects.count()}")
    )
    readers = [factories.reader() for _ in range(4)]
    for name, stage, who in stories:
        live_out(world, keep if name == "keep" else double, stage, readers[who])
    pair = [keep, double]
    (before, lent), placed = of(pair), where(pair)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=world.lin, now=world.now)
    assert of(pair) == (before, lent)
    if after:
        live_out(world, keep, after, readers[3])
    (grown, lent), merge = of(pair), TitleMerge.objects.get(merged=double)
    undo_merge(merge_id=merge.pk, actor=world.lin, now=world.now)
    assert of(pair) == (grown, lent)
    assert {key: title for key, title in where(pair).items() if key in placed} == {
        key: title for key, title in placed.items() if key in where(pair)
    }
    copies = list(Copy.objects.filter(title=keep).values_list("pk", flat=True))[:parts]
    if copies:
        pair.append(split(keep, copies, world))
    assert of(pair) == (grown, lent)
    assert (astray(), broken()) == ([], [])


def split(title: Title, copies: list[int], world: World) -> Title:
    return split_title(
        title_id=title.pk, copies=copies, isbns=[], changes={}, actor=world.lin, now=world.now, reason="Another edition"
    )


def test_an_ask_about_a_copy_that_goes_is_withdrawn_where_its_request_stays(world: World) -> None:
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    assert request.asks.get().copy == world.copy
    split(world.title, [world.copy.pk], world)
    request.refresh_from_db()
    assert (request.title, request.status, request.asks.get().status) == (world.title, "open", "withdrawn")


def test_a_request_agreed_since_goes_with_its_book_when_a_merger_is_taken_back(world: World, now: datetime) -> None:
    twin = factories.title("拖延心理学（第2版）")
    merge_titles(keep_id=twin.pk, merge_ids=[world.title.pk], actor=world.lin, now=now)
    lending = steps.agreed(world)
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=world.lin, now=now)
    lending.refresh_from_db()
    assert (lending.title, lending.is_live) == (world.title, True)


def test_loans_go_back_and_follow_their_isbn(world: World, loan: object) -> None:
    twin, row = factories.title("运筹学 2"), LoanTitle.objects.get()
    of_loan = row.title
    merge_titles(keep_id=twin.pk, merge_ids=[of_loan.pk], actor=world.lin, now=world.now)
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=world.lin, now=world.now)
    row.refresh_from_db()
    assert row.title == of_loan


def test_a_title_is_weighed_before_it_is_merged(world: World) -> None:
    steps.agreed(world)
    weights = {weight.kind: weight.count for weight in weigh([world.title.pk])[world.title.pk]}
    assert weights == {"copies": 1, "requests": 1, "lendings": 1}


FOLLOW = {
    "personal_catalog.TitleIsbn.title", "personal_catalog.Copy.title", "personal_catalog.Title.merged_into",
    "personal_catalog.TitleSuggestion.title", "personal_catalog.TitleFlag.title", "sharing.LoanTitle.title",
    "sharing.HarvestedRecord.title", "sharing.ReadingListEntry.title", "sharing.Request.title",
    "sharing.SavedSearchHit.title", "sharing.TitleNote.title",
}  # fmt: skip
ARE_MADE_ANEW = {
    "personal_catalog.LikelyDouble.first", "personal_catalog.LikelyDouble.second", "personal_catalog.FieldConflict.title",
    "sharing.RelatedTitle.title", "sharing.RelatedTitle.other",
}  # fmt: skip
TELL_OF_THE_MERGED = {
    "personal_catalog.TitleChange.title", "personal_catalog.TitleMerge.keep", "personal_catalog.TitleMerge.merged",
    "personal_catalog.TitleNumber.title", "personal_catalog.CoverSearch.title",
}  # fmt: skip
"""Its history, its numbers, which lead to the kept record, and that its cover was looked for."""


def keys_to_titles() -> dict[str, ForeignKey]:
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Title
    }


def test_of_every_key_to_a_title_it_is_known_what_a_merger_does_with_it() -> None:
    """Whoever adds one says here whether it follows, and sees that it does below."""
    assert set(keys_to_titles()) == FOLLOW | ARE_MADE_ANEW | TELL_OF_THE_MERGED


def hung_on(title: Title, world: World, loan: LibraryLoan) -> None:
    """A row of each kind."""
    now, more = world.now, {"reader": world.bob, "title": title}
    TitleIsbn.objects.create(title=title, isbn13="9787506365437")
    factories.copy(world.charlie, title, now=now)
    factories.title("Earlier", status="merged", merged_into=title)
    TitleSuggestion.objects.create(changes={"year": 2012}, created_at=now, **more)
    TitleFlag.objects.create(kind="wrong", raised_at=now, **more)
    LoanTitle.objects.update(title=title)
    HarvestedRecord.objects.create(library=factories.library(), record_id="R1", title=title, items=1, harvested_at=now)
    course(title)
    title_notes.write_note(title_id=title.pk, actor=world.bob, text="Read it twice.", now=now)
    requests.place_request(actor=world.bob, title_id=title.pk, now=now)
    dates = {"created_at": now, "looked_at": now, "ends_at": now + timedelta(days=9)}
    search = SavedSearch.objects.create(reader=world.bob, text="x", **dates)
    SavedSearchHit.objects.create(search=search, title=title, told_at=now)
    pairs = ((world.title, title), (title, factories.title("Later")))
    for first, second in pairs:
        LikelyDouble.objects.create(first=first, second=second, why="key", likeness=90, found_at=now)
    FieldConflict.objects.create(title=title, field="year", source="s", value=2012, seen_at=now)
    RelatedTitle.objects.create(title=title, other=world.title, readers=9, strength=0.5)
    RelatedTitle.objects.create(title=world.title, other=title, readers=9, strength=0.5)


def test_whatever_hangs_on_a_title_follows_it_once(world: World, loan: LibraryLoan) -> None:
    keep, double = factories.title("围城"), factories.title("围城 2")
    hung_on(double, world, loan)
    pointing = {name: set(rows_at(field, double)) for name, field in keys_to_titles().items()}
    assert {name for name, rows in pointing.items() if not rows} <= TELL_OF_THE_MERGED
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=world.lin, now=world.now)
    for name, field in keys_to_titles().items():
        if name in FOLLOW:
            assert pointing[name] <= set(rows_at(field, keep)), name
        if name not in TELL_OF_THE_MERGED:
            assert not rows_at(field, double), name


def rows_at(field: ForeignKey, title: Title) -> list[int]:
    return list(field.model._default_manager.filter(**{field.name: title}).values_list("pk", flat=True))
