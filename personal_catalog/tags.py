"""A reader's tags: put on a copy, renamed, deleted. They are nobody else's business, so no event tells of them."""

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from personal_catalog.errors import TagRefused
from personal_catalog.facts import text
from personal_catalog.models import Copy, ShelfTag
from personal_catalog.models.tags import TAG_LENGTH

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_OF_READER = 100
MOST_ON_COPY = 10


def tags_of(reader: "Reader") -> QuerySet[ShelfTag]:
    """Each with the number of `books` that carry it and are still the reader's."""
    own = Q(copies__owner=reader) & ~Q(copies__status=Copy.Status.WITHDRAWN)
    return ShelfTag.objects.filter(reader=reader).annotate(books=Count("copies", filter=own))


def names_on(copy: Copy, *, reader: "Reader") -> list[str]:
    return list(copy.tags.filter(reader=reader).values_list("name", flat=True))


@transaction.atomic(durable=True)
def tag_copy(*, copy_id: int, actor: "Reader", names: Iterable[str]) -> list[ShelfTag]:
    """These and no others. Locks the reader. Raises TagRefused (too_many), Copy.DoesNotExist for a copy that is not the
    actor's."""
    lock(actor)
    return put_on(Copy.objects.owned_by(actor).get(pk=copy_id), actor=actor, names=names)


def put_on(copy: Copy, *, actor: "Reader", names: Iterable[str]) -> list[ShelfTag]:
    """As `tag_copy`, inside the transaction of whatever else is done with the actor's copy, so that a refusal takes back
    all of it. The reader is locked (`lock`), and the copy before, where both are."""
    wanted: dict[str, str] = {}
    for name in (text(name, TAG_LENGTH) for name in names):
        if name:
            wanted.setdefault(key_of(name), name)
    there = {tag.key: tag for tag in ShelfTag.objects.filter(reader=actor)}
    new = [key for key in wanted if key not in there]
    if len(wanted) > MOST_ON_COPY or len(there) + len(new) > MOST_OF_READER:
        raise TagRefused("too_many")
    there |= {key: ShelfTag.objects.create(reader=actor, name=wanted[key], key=key) for key in new}
    tags = [there[key] for key in wanted]
    for tag in copy.tags.filter(reader=actor).exclude(pk__in=[tag.pk for tag in tags]):
        tag.copies.remove(copy)
    for tag in tags:
        tag.copies.add(copy)
    return tags


@transaction.atomic(durable=True)
def rename_tag(*, tag_id: int, actor: "Reader", name: str) -> ShelfTag:
    """Under the name of another tag the two become one. Raises TagRefused (no_name), ShelfTag.DoesNotExist."""
    lock(actor)
    tag = ShelfTag.objects.get(pk=tag_id, reader=actor)
    new = text(name, TAG_LENGTH)
    if not new:
        raise TagRefused("no_name")
    if other := ShelfTag.objects.filter(reader=actor, key=key_of(new)).exclude(pk=tag.pk).first():
        other.copies.add(*tag.copies.all())
        tag.delete()
        return other
    tag.name, tag.key = new, key_of(new)
    tag.save(update_fields=["name", "key"])
    return tag


@transaction.atomic(durable=True)
def delete_tag(*, tag_id: int, actor: "Reader") -> None:
    """The books stay. ShelfTag.DoesNotExist for another's."""
    ShelfTag.objects.get(pk=tag_id, reader=actor).delete()


def key_of(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()[: TAG_LENGTH * 2]


def lock(reader: "Reader") -> None:
    """Two at once must not both find room for one more tag."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=reader.pk)
