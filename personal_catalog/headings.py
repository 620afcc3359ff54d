"""What happens to the authority lists. A change is carried into the catalogue in small steps by the sweep."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from personal_catalog import authority
from personal_catalog.authority import FIELDS, key_of
from personal_catalog.errors import NameTaken, NotAllowed
from personal_catalog.models import Heading, HeadingName, Title, TitleChange
from personal_catalog.search.index import reindex
from personal_catalog.titles import as_facts, may_curate, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

STEP = 500
AUTHORITY = "authority"  # the source that the history names


@transaction.atomic
def save_heading(
    *, kind: str, name: str, variants: Iterable[str], note: str = "", actor: "Reader", now: datetime, pk: int | None = None
) -> Heading:  # fmt: skip
    """A new heading, or `pk` under a new name or with other forms. A form that is gone is only no longer known. Raises
    NotAllowed, NameTaken."""
    if not may_curate(actor):
        raise NotAllowed
    heading = Heading.objects.select_for_update(of=("self",), no_key=True).get(pk=pk) if pk else Heading(kind=kind)
    forms = {key_of(heading.kind, form): form for form in reversed([name, *variants])}  # the authorised one goes first
    forms = {key: form for key, form in reversed(forms.items()) if key}
    if other := taken(heading, heading.kind, forms.values()):
        raise NameTaken(other)
    heading.name, heading.note, heading.updated_at, heading.carried_to = name, note, now, 0
    heading.save()
    heading.names.exclude(key__in=forms).delete()
    for key, form in forms.items():
        HeadingName.objects.update_or_create(kind=heading.kind, key=key, defaults={"heading": heading, "name": form})
    return heading


@transaction.atomic
def merge_headings(*, keep_id: int, merge_ids: Iterable[int], actor: "Reader", now: datetime) -> Heading:
    """Two names of one person or subject: all forms lead to the one that is kept. Raises NotAllowed."""
    if not may_curate(actor):
        raise NotAllowed
    ids = {keep_id, *merge_ids}
    rows = Heading.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    headings = {heading.pk: heading for heading in rows}
    keep = headings.pop(keep_id)
    others = [heading.pk for heading in headings.values() if heading.kind == keep.kind]
    HeadingName.objects.filter(heading__in=others).update(heading=keep)
    Heading.objects.filter(pk__in=others).delete()
    keep.updated_at, keep.carried_to = now, 0
    keep.save(update_fields=["updated_at", "carried_to"])
    return keep


def taken(heading: Heading, kind: str, forms: Iterable[str]) -> Heading | None:
    """Another heading of the kind that is known by one of these forms."""
    keys = [key for form in forms if (key := key_of(kind, form))]
    rows = HeadingName.objects.filter(kind=kind, key__in=keys).exclude(heading=heading.pk).select_related("heading")
    found = rows.first()
    return found.heading if found else None


def carry(*, now: datetime, seconds: float) -> Iterator[int]:
    """Titles that were rewritten or found by more names now. Goes through the catalogue in steps, each its own transaction,
    and goes on in the next round where the time ends."""
    end = time.monotonic() + seconds
    while heading := Heading.objects.filter(carried_to__isnull=False).order_by("updated_at", "pk").first():
        yield from _step(heading, now)
        if time.monotonic() > end:
            return


@transaction.atomic
def _step(heading: Heading, now: datetime) -> list[int]:
    keys = set(heading.names.values_list("key", flat=True))
    fields = [field for field, kind in FIELDS.items() if kind == heading.kind]
    rows = list(Title.objects.filter(pk__gt=heading.carried_to).order_by("pk").values_list("pk", *fields)[:STEP])
    found = [pk for pk, *lists in rows if any(key_of(heading.kind, name) in keys for names in lists for name in names)]
    titles = list(
        Title.objects.records().select_for_update(of=("self",), no_key=True).filter(pk__in=found).order_by("pk")
    )
    for title in titles:
        _rewrite(title, now)
    reindex(titles)
    went_on = Heading.objects.filter(pk=heading.pk, updated_at=heading.updated_at)  # else it has changed meanwhile
    went_on.update(carried_to=rows[-1][0] if len(rows) == STEP else None)
    return [title.pk for title in titles]


def _rewrite(title: Title, now: datetime) -> None:
    before = as_facts(title)
    after = authority.authorised(before)
    changed = [field for field in FIELDS if getattr(before, field) != getattr(after, field)]
    if not changed:
        return
    for field in changed:
        setattr(title, field, plain(getattr(after, field)))
    title.updated_at = now
    title.save(update_fields=[*changed, "updated_at"])
    data = {"fields": changed, "source": AUTHORITY}
    TitleChange.objects.create(title=title, kind=TitleChange.Kind.COMPLETED, data=data, at=now)
