"""What hangs on titles: counted before they are merged or split, by this app and by those above."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models import Copy, Title, TitleFlag, TitleSuggestion
from personal_catalog.signals import titles_weighed


@dataclass(frozen=True)
class Weight:
    title: int
    kind: str
    label: str | Promise
    count: int


def weigh(title_ids: Iterable[int]) -> dict[int, list[Weight]]:
    """Kinds of which there is nothing are left out."""
    ids = set(title_ids)
    found: dict[int, list[Weight]] = defaultdict(list)
    for weight in _own(ids):
        found[weight.title].append(weight)
    weights: Any
    for _receiver, weights in titles_weighed.send(sender=Title, title_ids=ids):
        for weight in weights or ():
            found[weight.title].append(weight)
    return found


def counted(rows: Iterable[tuple[int, int]], kind: str, label: str | Promise) -> Iterator[Weight]:
    """Rows of (title, count)."""
    yield from (Weight(title, kind, label, count) for title, count in rows if count)


def _own(ids: set[int]) -> Iterator[Weight]:
    copies = Copy.objects.in_register().filter(title__in=ids).order_by().values_list("title").annotate(n=Count("pk"))
    yield from counted(copies, "copies", pgettext_lazy("number of", "Copies"))
    suggestions = TitleSuggestion.objects.filter(title__in=ids, status=TitleSuggestion.Status.OPEN)
    rows = suggestions.order_by().values_list("title").annotate(n=Count("pk"))
    yield from counted(rows, "suggestions", _("Suggested corrections"))
    flags = TitleFlag.objects.filter(title__in=ids, status=TitleFlag.Status.OPEN)
    yield from counted(flags.order_by().values_list("title").annotate(n=Count("pk")), "flags", _("Flags of readers"))
