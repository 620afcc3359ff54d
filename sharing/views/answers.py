"""What a page answers after a transition: on to the result, or back with the sentence why not and what was typed.

Every answer to a POST is a redirect, so that reload, back and a second click repeat nothing; domain calls are idempotent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from sharing.errors import IllegalTransition, NotFound, SharingError

Done = TypeVar("Done")
AnyForm = TypeVar("AnyForm", bound=Form)

KEPT = "refused form"
KEPT_CHARACTERS = 4000  # of one field; far above every limit a form states


def after(
    request: HttpRequest, act: Callable[[], Done], *, to: str | Callable[[Done], str], back: str,
    says: str | Callable[[Done], str] = "",
) -> HttpResponse:  # fmt: skip
    """For a single button: `act`, then on to `to` with a toast; refused, to `back` with the sentence in place."""
    try:
        done = act()
    except NotFound:
        raise Http404 from None
    except SharingError as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    if words := says(done) if callable(says) else says:
        messages.success(request, words)
    return redirect(to(done) if callable(to) else to)


@contextmanager
def refusals(form: Form, field: str | None = None) -> Iterator[None]:
    """A refusal becomes the form's error (of `field`, else of the whole); ask `form.errors` afterwards."""
    try:
        yield
    except NotFound:
        raise Http404 from None
    except SharingError as refusal:
        form.add_error(field, refusal.message)


def after_form(
    request: HttpRequest, form: Form, act: Callable[[], Done], *, name: str, to: str | Callable[[Done], str], back: str,
    field: str | None = None, secret: tuple[str, ...] = (), says: str = "",
) -> HttpResponse:  # fmt: skip
    """For a form: `act` when it is valid. Refused, the page at `back` shows it again through `form_for(…, name)` with the
    sentence at `field`, else above the form. When things have moved on the form may be gone: then the page says it on top."""
    if form.is_valid():
        with refusals(form, field):
            try:
                done = act()
            except IllegalTransition as moved_on:
                messages.error(request, moved_on.message)
                return redirect(back)
    if form.errors:
        keep(request, name, form, secret=secret)
        return redirect(back)
    if says:
        messages.success(request, says)
    return redirect(to(done) if callable(to) else to)


def keep(request: HttpRequest, name: str, form: Form, *, secret: tuple[str, ...] = ()) -> None:
    """Hold a refused form over the redirect, without what is in the fields named `secret`."""
    fields = {form.add_prefix(field) for field in form.fields if field not in secret}
    typed = {key: [text[:KEPT_CHARACTERS] for text in _all(form.data, key)] for key in fields if key in form.data}
    sentences = {field: [str(sentence) for sentence in found] for field, found in form.errors.items()}
    request.session[KEPT] = {"form": name, "typed": typed, "errors": sentences}


def form_for(request: HttpRequest, form_class: type[AnyForm], name: str, **kwargs: Any) -> AnyForm:
    """The form, empty; or as it was refused a moment ago, with what was typed and why not. Shown once."""
    held = request.session.get(KEPT)
    if held is None or held["form"] != name or "X-Live" in request.headers:
        return form_class(**kwargs)
    del request.session[KEPT]
    typed = QueryDict(mutable=True)
    for key, texts in held["typed"].items():
        typed.setlist(key, texts)
    form = form_class(typed, **kwargs)
    form.errors.clear()
    for field, sentences in held["errors"].items():
        for sentence in sentences:
            form.add_error(None if field == NON_FIELD_ERRORS else field, sentence)
    return form


def _all(data: Any, key: str) -> list[str]:
    return [str(text) for text in (data.getlist(key) if hasattr(data, "getlist") else [data[key]])]
