"""What happens to titles. Every write keeps the search index in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from personal_catalog import authority, conflicts, revisions
from personal_catalog.cover_pictures.wanted import want_cover
from personal_catalog.errors import IsbnTaken, NotAllowed, NoTitle, TitleLocked
from personal_catalog.facts import FIELDS, MOST, BookFacts, typed, with_language
from personal_catalog.matching import matching
from personal_catalog.models import Title, TitleChange, TitleIsbn
from personal_catalog.search.index import reindex_title

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

READER = "reader"  # provenance of what a person typed
CURATOR = "curator"  # of what a librarian has corrected: no source fills or changes it again
STUB = "isbn"  # provenance of a title that is only its number until a source answers
FIRST_RETRY = timedelta(minutes=5)
NOTHING: tuple[Any, ...] = ("", [], None)
OWN_FIELDS = tuple(name for name in FIELDS if name != "isbns")
GATHERED = ("numbers", "invalid_isbns", "links")
"""To these every source adds what the others do not have."""


def may_curate(actor: "Reader") -> bool:
    return actor.is_active and actor.has_perm("personal_catalog.change_title")


def may_propose(actor: "Reader") -> bool:
    """Staff whose corrections a curator decides on."""
    return actor.is_active and actor.has_perm("personal_catalog.propose_title")


def require_unlocked(title: Title, actor: "Reader") -> None:
    """A locked record is changed by whoever locked it, and by nobody else (Wagtail's lock)."""
    if title.locked and title.locked_by_id != actor.pk:
        raise TitleLocked


def by_isbn(isbn13: str) -> Title | None:
    return Title.objects.with_isbn(isbn13).first()


def find_or_create(
    *,
    facts: BookFacts,
    source: str,
    now: datetime,
    actor: "Reader | None" = None,
    provenance: Mapping[str, str] | None = None,
) -> Title:
    """The title these facts are about. A found record gets its gaps filled, but never from what a reader typed (T-D5).
    `provenance`: the source of single fields where they differ; a new record with a reader's words waits for a curator.

    Two at once with the same ISBN end at the same title: the unique ISBN decides, the loser reads it.
    """
    facts = _proper(with_language(typed(asdict(facts))))
    if found := matching(facts):
        if source == READER or READER in (provenance or {}).values():
            return found
        return _fill_gaps(found.pk, facts, source=source, provenance=provenance, now=now)
    try:
        with transaction.atomic():
            return _create(facts, source=source, provenance=provenance or {}, actor=actor, now=now)
    except IntegrityError:
        if found := Title.objects.with_isbn(*facts.isbns).first():
            return found
        raise


def add_by_hand(*, facts: BookFacts, actor: "Reader", now: datetime, lookup_pending: bool = False) -> Title:
    """A title typed by a reader waits for a curator; one that exists already is given back unchanged."""
    title = find_or_create(facts=facts, source=READER, actor=actor, now=now)
    if lookup_pending and facts.isbns and title.created_by_id == actor.pk and title.lookup_tries == 0:
        await_lookup(title_id=title.pk, now=now)
        title.refresh_from_db()
    return title


def add_another(*, facts: BookFacts, actor: "Reader", now: datetime) -> Title:
    """Typed by a reader who has seen what the catalogue has alike and says that it is none of these. Inside a transaction."""
    return _create(_proper(with_language(typed(asdict(facts)))), source=READER, provenance={}, actor=actor, now=now)


def add_stub(*, isbn13: str, hyphenated: str, actor: "Reader", now: datetime) -> Title:
    """A title of which only the number is known while its sources cannot be reached; completed in the background."""
    facts = BookFacts(isbns=(isbn13,), title=f"ISBN {hyphenated}")
    title = find_or_create(facts=facts, source=STUB, actor=actor, now=now)
    if title.provenance.get("title") == STUB and not title.lookup_pending:
        await_lookup(title_id=title.pk, now=now)
    return title


def await_lookup(*, title_id: int, now: datetime) -> None:
    """The sweep asks the sources in a few minutes: just now they could not be reached, or nobody waited for them."""
    Title.objects.filter(pk=title_id, lookup_pending=False).update(
        lookup_pending=True, lookup_next_at=now + FIRST_RETRY, lookup_tries=0, updated_at=now
    )


@transaction.atomic(durable=True)
def complete(
    *, title_id: int, facts: BookFacts | None, provenance: Mapping[str, str], now: datetime, over: bool
) -> Title:
    """Fills what is empty; `over` ends the wait for sources. `facts` None: no source that answered knows the book."""
    title = Title.objects.select_for_update(of=("self",), no_key=True).get(pk=title_id)
    if over:
        title.lookup_pending, title.lookup_next_at = False, None
        title.save(update_fields=["lookup_pending", "lookup_next_at"])
    if facts is None:
        return title
    return _fill_gaps(title_id, facts, source="", provenance=provenance, now=now)


@transaction.atomic
def correct_title(
    *, title_id: int, actor: "Reader", changes: Mapping[str, object], now: datetime, reason: str = ""
) -> Title:
    """A curator's correction. Locks the title; raises NotAllowed, NoTitle, IsbnTaken, TitleLocked."""
    if not may_curate(actor):
        raise NotAllowed
    title = Title.objects.records().select_for_update(of=("self",), no_key=True).get(pk=title_id)
    before = as_facts(title)
    wanted = {**before.to_json(), **{name: value for name, value in changes.items() if name in FIELDS}}
    after = _proper(typed(wanted))
    changed = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    if not changed:
        return title
    require_unlocked(title, actor)
    revisions.keep_first(title)
    _write(title, after, provenance=dict.fromkeys(changed, CURATOR), now=now)
    if "isbns" in changed:
        _set_isbns(title, after.isbns)
    data = {name: [plain(getattr(before, name)), plain(getattr(after, name))] for name in changed}
    kind = TitleChange.Kind.CORRECTED
    change = TitleChange.objects.create(title=title, kind=kind, actor=actor, reason=reason.strip(), data=data, at=now)
    revisions.keep(title, change, actor=actor)
    reindex_title(title)
    return title


@transaction.atomic
def approve_title(*, title_id: int, actor: "Reader", now: datetime, reason: str = "") -> Title:
    """A pending title becomes part of the catalogue, a rejected one after all; approving twice changes nothing."""
    if not may_curate(actor):
        raise NotAllowed
    title = Title.objects.records().select_for_update(of=("self",), no_key=True).get(pk=title_id)
    if title.status != Title.Status.APPROVED:
        title.status, title.updated_at = Title.Status.APPROVED, now
        title.save(update_fields=["status", "updated_at"])
        kind = TitleChange.Kind.APPROVED
        TitleChange.objects.create(title=title, kind=kind, actor=actor, reason=reason.strip(), at=now)
        reindex_title(title)
    return title


def standing(title_id: int) -> Title:
    """The title, or the one into which it has been merged meanwhile; locked against merging."""
    rows = Title.objects.select_for_update(of=("self",), no_key=True)
    title = rows.get(pk=title_id)
    return title if title.merged_into_id is None else rows.get(pk=title.merged_into_id)


def count_passing(title_id: int) -> None:
    """One more change of hands, told by sharing in its own transaction: of what everyone sees, since lists are ordered by it."""
    Title.objects.filter(pk=title_id).update(passed_on=F("passed_on") + 1)


def as_facts(title: Title, isbns: Iterable[str] | None = None) -> BookFacts:
    """`isbns` where they are known already."""
    known = [row.isbn13 for row in title.isbns.all()] if isbns is None else list(isbns)
    return typed({"isbns": known, **{name: getattr(title, name) for name in OWN_FIELDS}})


def prepare(
    facts: BookFacts,
    *,
    source: str,
    now: datetime,
    actor: "Reader | None" = None,
    provenance: Mapping[str, str] | None = None,
) -> Title:
    """An unsaved title of these facts."""
    said_by = {name: (provenance or {}).get(name, source) for name in facts.given()}
    status = Title.Status.PENDING if {READER, STUB} & set(said_by.values()) else Title.Status.APPROVED
    title = Title(status=status, created_by=actor, created_at=now, updated_at=now, provenance=said_by)
    for name in OWN_FIELDS:
        setattr(title, name, plain(getattr(facts, name)))
    title.make_keys()
    title.cover_seed = next(iter(facts.isbns), title.match_key)[:40]
    return title


def _proper(facts: BookFacts) -> BookFacts:
    facts = authority.authorised(facts)
    if not facts.title:
        raise NoTitle
    return facts


def _create(
    facts: BookFacts, *, source: str, provenance: Mapping[str, str], actor: "Reader | None", now: datetime
) -> Title:
    title = prepare(facts, source=source, provenance=provenance, actor=actor, now=now)
    title.save()
    TitleIsbn.objects.bulk_create(
        TitleIsbn(title=title, isbn13=isbn13, sort=place) for place, isbn13 in enumerate(facts.isbns)
    )
    TitleChange.objects.create(title=title, kind=TitleChange.Kind.CREATED, actor=actor, data={"source": source}, at=now)
    reindex_title(title)
    if facts.isbns:
        want_cover(title, now=now)
    return title


@transaction.atomic
def _fill_gaps(
    title_id: int, facts: BookFacts, *, source: str, now: datetime, provenance: Mapping[str, str] | None = None
) -> Title:
    title = Title.objects.select_for_update(of=("self",), no_key=True).get(pk=title_id)
    conflicts.note(title, facts, source=source, now=now)
    gaps = gaps_of(title, facts)
    new = _free(facts.isbns) if title.provenance.get("isbns") != CURATOR else []
    if not gaps and not new:
        return title
    stub = is_stub(title)
    said_by = {n: (provenance or {}).get(n, source) for n in gaps}
    _write(title, replace(as_facts(title), **gaps), provenance=said_by, now=now)
    if stub and "title" in gaps:
        title.status = Title.Status.APPROVED
        title.save(update_fields=["status"])
    _add_isbns(title, new)
    kind = TitleChange.Kind.COMPLETED
    TitleChange.objects.create(
        title=title, kind=kind, data={"fields": sorted(gaps), "source": source, "provenance": said_by}, at=now
    )
    reindex_title(title)
    return title


def gaps_of(title: Title, facts: BookFacts) -> dict[str, Any]:
    """What these facts can add to it: where it says nothing, and no curator has made it say nothing."""
    gaps = {
        name: value
        for name, value in facts.given().items()
        if name in OWN_FIELDS and getattr(title, name) in NOTHING and title.provenance.get(name) != CURATOR
    }
    gaps |= {name: more for name in GATHERED if (more := _gathered(title, facts, name))}
    return gaps | {"title": facts.title} if is_stub(title) and facts.title else gaps


def _gathered(title: Title, facts: BookFacts, name: str) -> tuple[str, ...]:
    """What there is and what these facts add to it; empty when that is nothing."""
    ours: list[str] = getattr(title, name)
    new = [line for line in getattr(facts, name) if line not in ours]
    if not ours or not new or title.provenance.get(name) == CURATOR:
        return ()
    return tuple([*ours, *new][: MOST[name]]) if len(ours) < MOST[name] else ()


def is_stub(title: Title) -> bool:
    return bool(title.provenance.get("title") == STUB)


def _free(isbns: Iterable[str]) -> list[str]:
    taken = set(TitleIsbn.objects.filter(isbn13__in=list(isbns)).values_list("isbn13", flat=True))
    return [isbn13 for isbn13 in isbns if isbn13 not in taken]


def _add_isbns(title: Title, isbns: Iterable[str]) -> None:
    start = (title.isbns.aggregate(last=Max("sort"))["last"] or 0) + 1
    for place, isbn13 in enumerate(isbns, start):
        TitleIsbn.objects.get_or_create(isbn13=isbn13, defaults={"title": title, "sort": place})


def _set_isbns(title: Title, isbns: tuple[str, ...]) -> None:
    if TitleIsbn.objects.filter(isbn13__in=isbns).exclude(title=title).exists():
        raise IsbnTaken
    title.isbns.exclude(isbn13__in=isbns).delete()
    for place, isbn13 in enumerate(isbns):
        TitleIsbn.objects.update_or_create(isbn13=isbn13, defaults={"title": title, "sort": place})


def _write(title: Title, facts: BookFacts, *, provenance: Mapping[str, str], now: datetime) -> None:
    for name in OWN_FIELDS:
        setattr(title, name, plain(getattr(facts, name)))
    title.provenance = {**title.provenance, **provenance}
    title.updated_at = now
    title.save(update_fields=[*OWN_FIELDS, "provenance", "updated_at"])


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
