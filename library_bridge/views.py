"""Signing in and out. Everything else that readers see of their library stands on sharing's pages."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from library_bridge import entering, patrons, shared_computers, typed
from library_bridge.forms import SignInForm, mismatch, too_many
from library_bridge.models import Library, Reader
from library_bridge.personas import PERSONAS
from library_bridge.ports import Unavailable
from library_bridge.sso import ways
from library_bridge.visits import client_address, safe_next


class Cover(NamedTuple):
    """For the board of covers beside the form; the seed decides the cloth."""

    title: str
    creators: str
    cover_seed: str
    size: int


BOARD = (
    Cover("三体", "刘慈欣", "9787536692930", 7),
    Cover("乡土中国", "费孝通", "9787301174821", 5),
    Cover("大数据时代", "", "9787213052545", 8),
    Cover("运筹学", "", "O22", 6),
)


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    form = SignInForm(request.POST or None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        reader = _reader(request, form)
    except patrons.WrongPin as wrong:
        form.add_error("pin", _("Wrong PIN. Forgot it? Reset it on the library’s site"))
        return _page(request, form, summary=mismatch(wrong.tries_left), status=422)
    except patrons.TooManyTries as shut:
        answer = _page(request, form, summary=too_many(shut.retry_after), status=429)
        answer["Retry-After"] = str(shut.retry_after)
        return answer
    except Unavailable:
        return _page(request, form, unavailable=True, status=503)
    answer = entering.enter(request, reader, to=safe_next(request), shared=form.cleaned_data["shared"])
    typed.take_along(request, request.POST.getlist(typed.TAG))
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    shared = shared_computers.KEY in request.session
    logout(request)
    answer = redirect(settings.LOGIN_REDIRECT_URL)
    if shared:
        answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One tap into the demo campus; there is no such door anywhere else."""
    persona = next((found for found in PERSONAS if found.code == request.POST.get("persona")), None)
    if not settings.DEMO or persona is None:
        raise Http404
    reader = get_object_or_404(Reader, persona.lookup, is_active=True)
    login(request, reader, backend=entering.BACKEND)
    typed.take_along(request, request.POST.getlist(typed.TAG))
    return redirect("wagtailadmin_home" if persona.is_staff else safe_next(request))


def _reader(request: HttpRequest, form: SignInForm) -> Reader:
    return patrons.sign_in(
        library_code=form.cleaned_data["library"],
        card_number=form.cleaned_data["card_number"],
        pin=form.cleaned_data["pin"],
        address=client_address(request),
        now=timezone.now(),
    )


def _page(
    request: HttpRequest, form: SignInForm, *, status: int, summary: str = "", unavailable: bool = False
) -> HttpResponse:
    typed.take_along(request, request.POST.getlist(typed.TAG))
    context = {
        "form": form,
        "summary": summary,
        "unavailable": unavailable,
        "next": safe_next(request),
        "ways": ways.offered(),
        "board": BOARD,
        "personas": PERSONAS if settings.DEMO else (),
        "forgot_pin_url": _forgot_pin_url(),
    }
    return render(request, "library_bridge/sign_in.html", context, status=status)


def _forgot_pin_url() -> str:
    """Where the only library lets a PIN be set anew; with several libraries nobody knows yet which."""
    active = list(Library.objects.filter(is_active=True)[:2])
    return str(active[0].settings.get("forgot_pin_url", "")) if len(active) == 1 else ""
