"""The record as it stood: one revision for each change that a person made, so that any two can be compared."""

from typing import TYPE_CHECKING

from personal_catalog.models import Title, TitleChange

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


def keep_first(title: Title) -> None:
    """What stood there before anybody changed it; inside the caller's transaction, before the change."""
    if title.latest_revision_id is None:
        title.save_revision(clean=False)


def keep(title: Title, change: TitleChange, *, actor: "Reader | None") -> None:
    change.revision = title.save_revision(user=actor, clean=False)
    change.save(update_fields=["revision"])
