"""What a transition may answer instead of doing its work. Each carries a stable code and a sentence for the reader."""

from datetime import datetime

from django.utils.translation import gettext as _


class SharingError(Exception):
    """Nothing was saved. `code` is stable (API.md), the text is the sentence in the reader's language."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, code: str | None = None, *, field: str = "") -> None:
        """`field` is the argument that does not fit, where it is one."""
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class NotFound(SharingError):
    """Absent and forbidden look the same."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(_("There is nothing here, or it is not yours to see."))


class IllegalTransition(SharingError):
    status = 409
    code = "illegal_transition"

    def __init__(self, before: str, after: str, message: str = "") -> None:
        super().__init__(
            message or _("This step is no longer possible: things have moved on. The page shows how they stand now.")
        )
        self.before, self.after = before, after


class Denied(SharingError):
    """A rule of the circulation policy, or the library's, says no."""

    status = 422


class LimitReached(SharingError):
    status = 429
    code = "limit_reached"

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class RefusedByLibrary(SharingError):
    status = 422
    code = "refused_by_library"


class LibraryUnavailable(SharingError):
    status = 503
    code = "library_unavailable"

    def __init__(self) -> None:
        super().__init__(
            _("The library system cannot be reached just now. Nothing was changed; please try again in a few minutes.")
        )


class WrongCode(SharingError):
    status = 422
    code = "wrong_code"
