"""Who waits before whom: requests for one title are served in the order of time."""

from sharing.models import Request


def place_of(request: Request) -> int | None:
    """1 for the one that is next; None when the request no longer waits."""
    if request.status != Request.Status.OPEN:
        return None
    waiting = Request.objects.filter(title_id=request.title_id, status=Request.Status.OPEN)
    return waiting.filter(placed_at__lt=request.placed_at).count() + 1
