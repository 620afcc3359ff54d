"""Several books in a row: through the camera, by a scanner that types, or pasted; the list is put on the shelf in one go."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from personal_catalog import isbn, several
from personal_catalog.facts import text
from personal_catalog.forms import ISBN_REFUSALS, SeveralForm, names_in
from personal_catalog.listing import Another, Chosen, Edition
from personal_catalog.sentences import of_one
from personal_catalog.several import MOST_LINES, Wanted
from personal_catalog.views import just_listed

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

PAGE = "personal_catalog/copies/several.html"
LINE = "personal_catalog/copies/several_line.html"
TITLE_LENGTH = 500
A_KEY, ANOTHER = re.compile("[1-9][0-9]{0,17}"), "0"
REFUSALS = {
    "on_shelf": gettext_lazy("It already stands on your shelf. Tick here if you have another copy."),
    "unknown_isbn": gettext_lazy("Nobody we ask knows this number. Type the title."),
    "which_edition": gettext_lazy("Choose which of these is yours."),
    "no_edition": gettext_lazy("The edition you chose is no longer in the catalogue. See whether this is your book."),
    "other_editions": gettext_lazy("The editions you were shown have changed. See whether this is your book."),
    "unsearched": gettext_lazy(
        "The catalogue took too long to find its editions. Put it on the shelf with the words below, "
        "or take it off the list and type its ISBN instead."
    ),
    "no_title": gettext_lazy("Type at least the title."),
}


@login_required
@csp_update({"script-src": [WASM_UNSAFE_EVAL]})
@require_http_methods(["GET", "HEAD", "POST"])
def add_several(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, SeveralForm(owner=_reader(request)), [])
    form, wanted = SeveralForm(request.POST, owner=_reader(request)), _wanted(request.POST)
    if not form.is_valid() or request.POST.get("do") != "list":
        return _looked_up(request, form, wanted)
    if not wanted and form.cleaned_data["lines"].strip():
        messages.info(request, _("Nothing is on the shelf yet. Look at the list, then put it there."))
        return _looked_up(request, form, wanted)
    if not wanted:
        form.add_error(None, _("The list is empty. Scan a book or type its number."))
        return _page(request, form, [], status=422)
    return _put_on_shelf(request, form, wanted)


@login_required
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """One row for the list, beside those whose edition is chosen (`taken`, their keys); 422 and a sentence for a number that is none."""
    said = several.lines_of(request.GET.get("line", ""))
    try:
        if not said:
            raise isbn.NotAnIsbn("empty")
        read = several.read(said[0], owner=_reader(request), now=timezone.now())
        read = several.apart(read, request.GET.getlist("taken")[:MOST_LINES])
    except isbn.NotAnIsbn as refused:
        says = of_one(said[0], ISBN_REFUSALS[refused.reason]) if said else ISBN_REFUSALS[refused.reason]
        return HttpResponse(says, content_type="text/plain; charset=utf-8", status=422)
    return render(request, LINE, {"line": read, "twice": read.owned})


def _looked_up(
    request: HttpRequest,
    form: SeveralForm,
    wanted: list[Wanted],
    problems: dict[str, str] | None = None,
    listed: Iterable[str] = (),
) -> HttpResponse:
    """The list with what was typed into the field; what is no number stays in the field. The way without a script. What was
    `listed` just now (keys) does not come back by being typed, too, unless it may be another edition."""
    typed = several.lines_of(request.POST.get("lines", "")) if "lines" not in form.errors else []
    room = MOST_LINES - len(wanted)
    read, wrong = several.read_all(typed[:room], owner=_reader(request), now=timezone.now())
    known = {one.key for one in wanted} | set(listed)
    new = [several.apart(one, known - {row.key for row in wanted if row.undecided}) for one in read]
    lines = [one for one in new if one.key not in known] + _shown(request, wanted, problems)
    for number, refused in wrong.items():
        form.add_error("lines", of_one(number, ISBN_REFUSALS[refused.reason]))
    if len(typed) > room:
        form.add_error(
            "lines",
            _("Up to %(most)d books at once. Put these on the shelf, or import the list.") % {"most": MOST_LINES},
        )
    left = "\n".join([*wrong, *typed[room:]])
    return _page(request, form, lines, left=left, status=422 if form.errors else 200)


def _put_on_shelf(request: HttpRequest, form: SeveralForm, wanted: list[Wanted]) -> HttpResponse:
    outcome = several.list_all(
        owner=_reader(request), token=form.cleaned_data["token"], wanted=wanted, now=timezone.now(), **form.how()
    )
    just_listed.keep(request, *outcome.listed)
    if count := len(outcome.listed):
        says = ngettext("%(count)d book listed", "%(count)d books listed", count) % {"count": count}
        messages.success(request, says)
    if outcome.suggested:
        messages.info(request, _("Your correction went to a librarian; the shared record stays as it is until then."))
    typed = form.cleaned_data["lines"].strip()
    if not outcome.refused and not typed:
        return redirect("add-several")
    form.renew_token()  # what comes from the next page is meant anew, though it say the same
    if outcome.refused:
        form.add_error(None, _("Some books need a word from you before they can be listed."))
    left = [one for one in wanted if one.key in outcome.refused]
    problems = outcome.refused
    if typed:  # nothing of it keeps the rows off the shelf
        done = {one.key for one in wanted} - set(problems)
        return _looked_up(request, form, left, problems, done)
    return _page(request, form, _shown(request, left, problems), status=422)


def _shown(request: HttpRequest, wanted: list[Wanted], problems: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Rows that were on the page already, with the words the reader gave them, and what stands against them (its code)."""
    rows = []
    for sent in wanted:
        read, one = several.read_again(sent, owner=_reader(request), now=timezone.now())
        code = (problems or {}).get(one.key, "")
        twice = read.owned or code == "on_shelf" or one.again
        if code == "which_edition" and not read.alike:
            code = "no_edition" if sent.chosen else "unsearched" if read.unsearched else "other_editions"
        rows.append({"line": read, "sent": one, "problem": REFUSALS.get(code, ""), "twice": twice})
    return rows


def _page(
    request: HttpRequest, form: SeveralForm, lines: list[Any], *, left: str | None = None, status: int = 200
) -> HttpResponse:
    rows = [row if isinstance(row, dict) else {"line": row, "twice": row.owned} for row in lines]
    wrong = [row["line"].key for row in rows if row.get("problem")]
    context = {
        "nav": "add",
        "form": form,
        "rows": rows,
        "first_problem": f"#book-{wrong[0]}" if wrong else "",
        "left": left,
        "most": MOST_LINES,
        "listed": just_listed.copies(request),
    }
    return render(request, PAGE, context, status=status)


def _wanted(sent: QueryDict) -> list[Wanted]:
    """The rows of the list in their order; one that is to be left out (`out`) is not among them."""
    out = sent.get("out", "")
    keys = [key for key in dict.fromkeys(sent.getlist("book")) if key != out and len(key) <= several.LONGEST_KEY][
        :MOST_LINES
    ]
    return [
        Wanted(
            key,
            text(sent.get(f"title-{key}", ""), TITLE_LENGTH),
            tuple(name for name in names_in(sent.get(f"creators-{key}", "")[:TITLE_LENGTH]) if name),
            f"again-{key}" in sent,
            None if several.number_of(key) else _edition(sent.get(f"edition-{key}", "")),
            key in sent.getlist("choose"),
        )
        for key in keys
    ]


def _edition(sent: str) -> Edition:
    """What is no key of a title is no answer."""
    if sent == ANOTHER:
        return Another()
    return Chosen(int(sent)) if A_KEY.fullmatch(sent) else None


def _reader(request: HttpRequest) -> "Reader":
    return cast("Reader", request.user)
