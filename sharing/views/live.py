"""The stream of server-sent events of one browser."""

from django.contrib.auth import aget_user
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from library_bridge.models import Reader
from sharing import live


async def live_updates(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    reader = await request.auser()
    if not isinstance(reader, Reader):
        return HttpResponse(status=204)  # tells the browser not to come back

    async def still_allowed() -> bool:
        now = await aget_user(request)
        return isinstance(now, Reader) and now.is_active

    reconnected = "Last-Event-ID" in request.headers or "again" in request.GET
    answer = StreamingHttpResponse(
        live.stream(reader.pk, still_allowed=still_allowed, reconnected=reconnected), content_type="text/event-stream"
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer
