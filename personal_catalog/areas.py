"""The parts of the campus, as the account's own model tells them: this app knows no library."""

from typing import Any

from django.contrib.auth import get_user_model


def choices() -> list[tuple[str, str]]:
    """Code and name in the reader's language, in the librarians' order."""
    areas: Any = get_user_model()._meta.get_field("area").related_model
    return [(area.code, area.name) for area in areas._default_manager.all()]
