"""Add a book: by its number, or by hand where nobody knows the number."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from personal_catalog import isbn, listing, lookup, sentences, titles
from personal_catalog.copies import has_copy_of
from personal_catalog.errors import NoTitle, UnknownIsbn
from personal_catalog.forms import ISBN_REFUSALS, AddForm, IsbnForm, initial_of
from personal_catalog.models import Copy, Title
from personal_catalog.views.links import undo

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_copy(request: HttpRequest) -> HttpResponse:
    return _save(request) if request.method == "POST" else _look_up(request)


def _look_up(request: HttpRequest) -> HttpResponse:
    if "isbn" not in request.GET:
        form = AddForm() if "by_hand" in request.GET else None
        return _page(request, IsbnForm(), form=form)
    asked = IsbnForm(request.GET)
    if not asked.is_valid():
        known = titles.known_among(asked.suggestions)[:3]
        offered = [(isbn.hyphenate(n), titles.by_isbn(n)) for n in known]
        return _page(request, asked, offered=offered, status=422)
    number = asked.cleaned_data["isbn"]
    found = lookup.find(number, now=timezone.now())
    shown, form, here = (
        IsbnForm(initial={"isbn": isbn.hyphenate(number)}),
        _filled(number, found),
        _known(request, number),
    )
    if not found.facts and not here["title"]:
        form.fields["title"].widget.attrs["autofocus"] = True
    return _page(request, shown, form=form, found=found, **here)


def _save(request: HttpRequest) -> HttpResponse:
    form = AddForm(request.POST)
    number = str(request.POST.get("isbn", ""))[: isbn.LONGEST]
    if form.is_valid() and _confirmed(request, form, number):
        try:
            listed = listing.list_copy(
                owner=_reader(request), now=timezone.now(), number=number, said=form.said(), **form.how()
            )
        except isbn.NotAnIsbn as refused:
            form.add_error("isbn", ISBN_REFUSALS[refused.reason])
        except (UnknownIsbn, NoTitle):
            form.add_error("title", _("Nobody knows this number yet. Type at least the title."))
        else:
            return _done(request, listed)
    return _page(request, IsbnForm(initial={"isbn": number}), form=form, status=422, **_known_if_valid(request, number))


def _confirmed(request: HttpRequest, form: AddForm, number: str) -> bool:
    """A second copy is welcome, but not by a slip of the finger."""
    known = _known_if_valid(request, number)
    if known.get("owned") and not form.cleaned_data["again"]:
        form.add_error("again", _("This book already stands on your shelf. Tick here if you have another copy."))
        return False
    return True


def _done(request: HttpRequest, listed: listing.Listed) -> HttpResponse:
    copy = listed.copy
    says = _("Listed “%(title)s”") % {"title": copy.title.title}
    messages.success(request, says, extra_tags=undo(copy))
    if listed.suggestion:
        messages.info(request, _("Your correction went to a librarian; the shared record stays as it is until then."))
    if request.POST.get("then") == "labels":
        return redirect(f"{reverse('labels')}?copy={copy.pk}")
    return redirect("shelf" if copy.source == Copy.Source.TYPED else "add-copy")


def _page(
    request: HttpRequest, asked: IsbnForm, *, form: AddForm | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    found: lookup.Found | None = context.get("found")
    context |= {
        "nav": "add",
        "asked": asked,
        "form": form,
        "by_hand": form is not None and not (found and found.facts) and not context.get("title"),
        "record": context.get("title") or (_record(found) if found and found.facts else None),
        "said_by": sentences.who_said_what(found) if found and found.facts else "",
        "today": _listed_today(_reader(request), timezone.now()),
    }
    return render(request, "personal_catalog/copies/add.html", context, status=status)


def _filled(number: str, found: lookup.Found) -> AddForm:
    known = initial_of(found.facts) if found.facts else {}
    return AddForm(initial={**known, "isbn": number})


def _record(found: lookup.Found) -> Title:
    """The found facts in the clothes of a title, to be shown and not to be saved."""
    assert found.facts is not None
    return titles.prepare(found.facts, source=found.sources[0], provenance=found.provenance, now=timezone.now())


def _known(request: HttpRequest, number: str) -> dict[str, Any]:
    title = titles.by_isbn(number)
    return {"title": title, "owned": title is not None and has_copy_of(owner=_reader(request), title=title)}


def _known_if_valid(request: HttpRequest, number: str) -> dict[str, Any]:
    try:
        return _known(request, isbn.parse(number).isbn13)
    except isbn.NotAnIsbn:
        return {}


def _listed_today(reader: "Reader", now: datetime) -> list[Copy]:
    morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Copy.objects.owned_by(reader).filter(created_at__gte=morning)
    return list(mine.select_related("title")[:MOST_SHOWN])


def _reader(request: HttpRequest) -> "Reader":
    return cast("Reader", request.user)
