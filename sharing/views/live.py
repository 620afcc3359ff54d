"""The stream of server-sent events of one browser."""

from datetime import datetime

from django.contrib.auth import aget_user
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.dateparse import parse_datetime

from library_bridge.models import Reader
from sharing import live


async def live_updates(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    reader = await request.auser()
    if not isinstance(reader, Reader):
        return HttpResponse(status=204)  # tells the browser not to come back
    if live.poller.is_full(reader.pk):
        return HttpResponse(status=429)

    async def still_allowed() -> bool:
        now = await aget_user(request)
        return isinstance(now, Reader) and now.is_active

    answer = StreamingHttpResponse(
        live.stream(reader.pk, still_allowed=still_allowed, since=_since(request)), content_type="text/event-stream"
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _since(request: HttpRequest) -> datetime | None:
    """When the page was made that opens the stream; None for anything that is not a moment."""
    try:
        moment = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
