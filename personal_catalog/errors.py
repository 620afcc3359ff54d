"""Why a step in the catalogue was refused. `code` is stable; the words for readers stand in the pages."""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from personal_catalog.models import Copy, Heading


class Refused(Exception):
    code: ClassVar[str] = "refused"


class NotAllowed(Refused):
    """The actor may not do this; pages answer as if the thing did not exist."""

    code = "not_found"


class CopyAway(Refused):
    """The copy is in someone else's hands."""

    code = "copy_away"


class CopyWithdrawn(Refused):
    code = "copy_withdrawn"


class OnShelf(Refused):
    """The reader has a copy of this title already: `copy` is the latest."""

    code = "on_shelf"

    def __init__(self, copy: "Copy") -> None:
        super().__init__()
        self.copy = copy


class WhichEdition(Refused):
    """The edition that the reader chose is not in the catalogue any more."""

    code = "which_edition"


class BrokenCustody(Refused):
    """A change of hands that would not continue the chain (C4)."""

    code = "broken_custody"


class NoTitle(Refused):
    """A record needs at least a title."""

    code = "no_title"


class CannotMerge(Refused):
    code = "cannot_merge"


class CannotUndo(Refused):
    """The record that was kept is itself merged into another since: that merger is taken back first."""

    code = "cannot_undo"


class CannotSplit(Refused):
    """Nothing was chosen to move, or all of it: a record must keep something of its own, or be merged instead."""

    code = "cannot_split"


class TitleLocked(Refused):
    """Another curator has locked the record."""

    code = "title_locked"


class NameTaken(Refused):
    """Another heading is known by this name: merge the two instead. `heading` is that one."""

    code = "name_taken"

    def __init__(self, heading: "Heading") -> None:
        super().__init__()
        self.heading = heading


class NoReason(Refused):
    """The reader who is told wants to know why."""

    code = "reason_needed"


class OwnFlag(Refused):
    """Whether a flag is seen to says another than who raised it."""

    code = "not_for_oneself"


class AlreadyDecided(Refused):
    code = "already_decided"


class IsbnTaken(Refused):
    """Another title carries this ISBN: merge the two instead."""

    code = "isbn_taken"


class UnknownIsbn(Refused):
    """No source knows the number. `pending`: some could not be asked, so it may be known later."""

    code = "unknown_isbn"

    def __init__(self, *, pending: bool) -> None:
        super().__init__()
        self.pending = pending


class PhotoRefused(Refused):
    """There is no room for another photo. `code` is too_many, quota or no_space."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # type: ignore[misc]


class TagRefused(Refused):
    """`code` is too_many or no_name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # type: ignore[misc]


class ImportRefused(Refused):
    """The file as a whole cannot be taken. `code` is too_large, too_many_rows, unreadable, no_rows, unknown_format or
    imports_running."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # type: ignore[misc]
