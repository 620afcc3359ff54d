"""Connecting a library: the settings of its adapter are checked before anything is saved."""

from collections.abc import Collection, Mapping

from library_bridge import registry
from library_bridge.adapters.options import COMMON, ENVIRONMENT, Option
from library_bridge.models import Library


def configure(
    library: Library, *, adapter: str, changes: Mapping[str, object], dropped: Collection[str] = frozenset()
) -> None:
    """Changes the row and does not save it. What was set for another adapter goes with that one. Raises Misconfigured."""
    ours = {option.name for option in COMMON}
    same = library.adapter == adapter
    kept = {name: value for name, value in library.settings.items() if same or name in ours}
    library.adapter = adapter
    library.settings = {name: value for name, value in {**kept, **changes}.items() if name not in dropped}
    if problem := registry.problem_of(library):
        raise problem


def shown(option: Option, value: object) -> str:
    """A setting as an operator may see it: of a secret only whether it is set, or the variable that holds it."""
    text = str(value)
    return "(set)" if option.secret and text and not text.startswith(ENVIRONMENT) else text
