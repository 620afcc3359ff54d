"""For the library's own catalogue: the script that shows there who would pass a book on, and a page to see it on."""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from sharing import opac

HOUR = 3600
STRICT = {  # as strict as a catalogue's policy can be: where the script comes from and asks is all that it has to allow
    "default-src": [NONE],
    "style-src": [SELF],
    "script-src": [settings.BASE_URL],
    "connect-src": [settings.BASE_URL],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "require-trusted-types-for": ["'script'"],
}


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """One file for everybody: no cookie is looked at, and any site may load it, check its sum, or isolate itself."""
    made = opac.script()
    answer = HttpResponse(made.content, content_type="text/javascript; charset=utf-8")
    answer["ETag"], answer["Cache-Control"] = made.etag, f"public, max-age={HOUR}"
    given = get_conditional_response(request, etag=made.etag, response=answer) or answer
    given["Access-Control-Allow-Origin"] = "*"
    given["Cross-Origin-Resource-Policy"] = "cross-origin"
    return given


@require_safe
@csp_replace(STRICT)
def demo(request: HttpRequest) -> HttpResponse:
    """A catalogue of another make, on the demo campus only."""
    if not settings.DEMO:
        raise Http404
    context = {"records": opac.demo_records(), "script_url": f"{settings.BASE_URL}/opac/{opac.VERSION}.js"}
    return render(request, "sharing/opac/demo.html", context)
