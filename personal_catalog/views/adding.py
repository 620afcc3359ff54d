"""Add a book: by its number, or by hand where nobody knows the number."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from personal_catalog import isbn, listing, lookup, sentences, tags, titles
from personal_catalog.copies import latest_of
from personal_catalog.errors import NoTitle, OnShelf, TagRefused, UnknownIsbn
from personal_catalog.forms import ISBN_REFUSALS, TOO_MANY_TAGS, AddForm, IsbnForm, initial_of
from personal_catalog.models import Copy, Title
from personal_catalog.views import just_listed
from personal_catalog.views.links import undo
from personal_catalog.views.photos import take_photos

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_OFFERED = 3


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_copy(request: HttpRequest) -> HttpResponse:
    return _save(request) if request.method == "POST" else _look_up(request)


def _look_up(request: HttpRequest) -> HttpResponse:
    if "isbn" not in request.GET:
        form = AddForm(owner=_reader(request)) if "by_hand" in request.GET else None
        return _page(request, IsbnForm(), form=form)
    asked = IsbnForm(request.GET)
    if not asked.is_valid():
        offered = [(isbn.hyphenate(meant), _named(meant)) for meant in asked.suggestions[:MOST_OFFERED]]
        return _page(request, asked, offered=offered, status=422)
    number = asked.cleaned_data["isbn"]
    found = lookup.find(number, now=timezone.now())
    shown, form, here = (
        IsbnForm(initial={"isbn": isbn.hyphenate(number)}),
        _filled(request, number, found),
        _known(request, number),
    )
    if not found.facts and not here["title"]:
        form.fields["title"].widget.attrs["autofocus"] = True
    return _page(request, shown, form=form, found=found, **here)


def _save(request: HttpRequest) -> HttpResponse:
    form = AddForm(request.POST, owner=_reader(request))
    number = str(request.POST.get("isbn", ""))[: isbn.LONGEST]
    known = _known_if_valid(request, number)
    if form.is_valid():
        try:
            listed = listing.list_once(
                owner=_reader(request), now=timezone.now(), number=number, said=form.said(), **form.once(), **form.how()
            )
        except OnShelf as refused:
            if refused.copy.pk in just_listed.ids(request):
                return _there_already(request, refused.copy)
            form.add_error("again", _("This book already stands on your shelf. Tick here if you have another copy."))
            known["owned"] = True
        except isbn.NotAnIsbn as refused:
            form.add_error("isbn", ISBN_REFUSALS[refused.reason])
        except UnknownIsbn:
            form.add_error("title", _("Nobody knows this number yet. Type at least the title."))
        except NoTitle:
            form.add_error("title", _("Please fill in the title."))
        else:
            return _done(request, listed, form.cleaned_data["tags"])
    return _page(request, IsbnForm(initial={"isbn": number}), form=form, status=422, **known)


def _done(request: HttpRequest, listed: listing.Listed, names: list[str]) -> HttpResponse:
    copy = listed.copy
    just_listed.keep(request, copy)
    says = _("Listed “%(title)s”") % {"title": copy.title.title}
    messages.success(request, says, extra_tags=undo(copy))
    if not listed.again:
        _keep_more(request, copy.pk, names)
    if listed.suggestion:
        messages.info(request, _("Your correction went to a librarian; the shared record stays as it is until then."))
    if request.POST.get("then") == "labels":
        return redirect(f"{reverse('labels')}?copy={copy.pk}")
    return redirect("add-copy")


def _keep_more(request: HttpRequest, copy_id: int, names: list[str]) -> None:
    """Tags and photos: the book is listed whatever becomes of them."""
    try:
        tags.tag_copy(copy_id=copy_id, actor=_reader(request), names=names)
    except TagRefused:
        messages.error(request, TOO_MANY_TAGS)
    take_photos(request, copy_id)


def _there_already(request: HttpRequest, copy: Copy) -> HttpResponse:
    """Sent again from the back button's page or a second tab: the book was listed a moment ago, and once is enough."""
    says = _("“%(title)s” already stands on your shelf. It was not listed twice.") % {"title": copy.title.title}
    messages.success(request, says, extra_tags=undo(copy))
    return redirect("add-copy")


def _page(
    request: HttpRequest, asked: IsbnForm, *, form: AddForm | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    found: lookup.Found | None = context.get("found")
    context |= {
        "nav": "add",
        "asked": asked,
        "form": form,
        "by_hand": form is not None and not (found and found.facts) and not context.get("title"),
        "record": context.get("title")
        or (listing.as_title(found, now=timezone.now()) if found and found.facts else None),
        "said_by": sentences.who_said_what(found) if found and found.facts else "",
        "listed": just_listed.copies(request),
        "photos_lost": bool(request.FILES),
    }
    return render(request, "personal_catalog/copies/add.html", context, status=status)


def _filled(request: HttpRequest, number: str, found: lookup.Found) -> AddForm:
    known = initial_of(found.facts) if found.facts else {}
    return AddForm(initial={**known, "isbn": number}, owner=_reader(request))


def _named(number: str) -> Title | None:
    """What a near source calls it."""
    found = lookup.recall(number, now=timezone.now())
    return listing.as_title(found, now=timezone.now()) if found.facts else None


def _known(request: HttpRequest, number: str) -> dict[str, Any]:
    title = titles.by_isbn(number)
    return {"title": title, "owned": title is not None and latest_of(owner=_reader(request), title=title) is not None}


def _known_if_valid(request: HttpRequest, number: str) -> dict[str, Any]:
    try:
        return _known(request, isbn.parse(number).isbn13)
    except isbn.NotAnIsbn:
        return {}


def _reader(request: HttpRequest) -> "Reader":
    return cast("Reader", request.user)
