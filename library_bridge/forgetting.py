"""What has been kept long enough goes (P4, P6): once a day, in batches, by the register of `library_bridge.keeping`. A round that
is interrupted goes on in the next; a day that is over changes nothing any more."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import FileField, Model, QuerySet
from django.utils import timezone

from library_bridge import keeping
from library_bridge.keeping import Rows
from library_bridge.models import RetentionRun

logger = logging.getLogger(__name__)
BATCH = 500
"""Rows of one model in one round."""


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    run, _made = RetentionRun.objects.get_or_create(day=timezone.localdate(now), defaults={"started_at": now})
    if run.finished_at is not None:
        return
    finished = True
    for what, forget_some in _work(now):
        count = _guarded(what, forget_some)
        finished = finished and count is not None and count < BATCH
        if count:
            run.figures[what] = run.figures.get(what, 0) + count
            yield {"did": "forgotten", "what": what, "count": count}
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    run.finished_at = now if finished else None
    run.save(update_fields=["figures", "finished_at"])


def _work(now: datetime) -> Iterator[tuple[str, Callable[[], int]]]:
    """What an app does by itself comes first: it may need rows that the register lets go."""
    for forget_more in keeping.hooks("forget"):
        yield forget_more.__name__, partial(forget_more, now=now, most=BATCH)
    for kept in keeping.rows():
        if kept.forget is not None:
            yield kept.model, partial(forget, kept, now=now)


def _guarded(what: str, forget_some: Callable[[], int]) -> int | None:
    """One table's fault does not keep what is in the others."""
    try:
        return forget_some()
    except Exception:
        logger.exception("%s could not be forgotten", what)
        return None


@transaction.atomic
def forget(kept: Rows, *, now: datetime) -> int:
    """One batch of what has been kept long enough; how many rows."""
    assert kept.forget is not None
    model: type[Model] = apps.get_model(kept.model)
    over = now - timedelta(days=keeping.days(kept.forget.days))
    rows = model._base_manager.filter(**{f"{kept.forget.since}__lte": over})
    if kept.forget.leaves is not None:
        rows = rows.exclude(**kept.forget.leaves)
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    leave(model._base_manager.filter(pk__in=pks), kept.forget.leaves)
    return len(pks)


def leave(rows: QuerySet[Any], values: Mapping[str, Any] | None) -> None:
    """Delete the rows, or leave them with these values; the files of what is gone go after the commit."""
    columns = [field.name for field in rows.model._meta.concrete_fields if isinstance(field, FileField)]
    going = columns if values is None else [name for name in columns if name in values]
    names = {name for found in rows.values_list(*going) for name in found if name} if going else set()
    if values is None:
        rows.delete()
    elif any(callable(value) for value in values.values()):
        for pk in list(rows.values_list("pk", flat=True)):
            rows.model._base_manager.filter(pk=pk).update(**{name: _said(value, pk) for name, value in values.items()})
    elif values:
        rows.update(**values)
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name))


def _said(value: Any, pk: int) -> Any:
    return value(pk) if callable(value) else value
