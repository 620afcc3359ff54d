"""Merging and parting titles with copies, requests and lendings under way loses and doubles nothing."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from library_bridge.models import Reader
from personal_catalog import invariants as catalogue
from personal_catalog.merging import merge_titles
from personal_catalog.models import Copy, Title, TitleMerge
from personal_catalog.parting import split_title, undo_merge
from personal_catalog.weighing import weigh
from sharing import asks, invariants, requests
from sharing.models import Ask, Lending, LoanTitle, Request
from tests import factories
from tests.personal_catalog import factories as indexed
from tests.sharing import steps
from tests.sharing.conftest import World

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
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
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
