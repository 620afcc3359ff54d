"""What readers thought of a title: all notes, one's own to write, change or take back, and a flag for what does not belong there."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import pseudonyms, title_notes
from sharing.models import NoteFlag, TitleNote
from sharing.models.title_notes import LONGEST
from sharing.views import answers
from sharing.views.readers import reader_of, visitor_of

WRITE, FLAG = "write-note", "flag-note"
ON_A_PAGE, ON_ITS_PAGE = 20, 3


@dataclass(frozen=True)
class Shown:
    pk: int
    name: str
    text: str
    written_at: datetime
    mine: bool
    hidden: bool


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What I thought"),
        help_text=gettext_lazy("All readers can read it, under a name drawn for this title. No prices, no adverts."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class FlagForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"), choices=NoteFlag.Kind.choices, widget=forms.RadioSelect
    )


def shown(rows: list[TitleNote], reader: Reader | None) -> list[Shown]:
    return [
        Shown(
            row.pk,
            pseudonyms.name(row.name),
            row.text,
            row.written_at,
            row.is_of(reader),
            row.status == TitleNote.Status.HIDDEN,
        )
        for row in rows
    ]


@require_safe
def newest(request: HttpRequest, title_id: int) -> HttpResponse:
    """The piece of the title's own page: fetched when somebody comes to it, and whether there are more."""
    reader, title = visitor_of(request), get_object_or_404(Title.objects.live(), pk=title_id)
    rows = list(TitleNote.objects.visible_to(reader).filter(title=title)[: ON_ITS_PAGE + 1])
    found = {"notes": shown(rows[:ON_ITS_PAGE], reader), "more_notes": len(rows) > ON_ITS_PAGE}
    return render(request, "sharing/notes/newest.html", {"title": title, **found})


@require_safe
def notes(request: HttpRequest, title_id: int) -> HttpResponse:
    reader, title = visitor_of(request), get_object_or_404(Title.objects.live(), pk=title_id)
    found = TitleNote.objects.visible_to(reader).filter(title=title)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    mine = found.filter(reader=reader).first() if reader else None
    context = {
        "nav": "find",
        "title": title,
        "page": page,
        "notes": shown(list(page.object_list), reader),
        "mine": mine,
        "form": answers.form_for(request, NoteForm, WRITE, initial={"text": mine.text if mine else ""}),
    }
    return render(request, "sharing/notes/notes.html", context)


@require_POST
@login_required
def write_note(request: HttpRequest, title_id: int) -> HttpResponse:
    form, page = NoteForm(request.POST), reverse("title-notes", args=[title_id])

    def write() -> None:
        title_notes.write_note(title_id=title_id, actor=reader_of(request), now=timezone.now(), **form.cleaned_data)

    return answers.after_form(
        request, form, write, name=WRITE, to=page, back=f"{page}#mine", field="text", says=_("Saved")
    )


@require_POST
@login_required
def withdraw_note(request: HttpRequest, note_id: int) -> HttpResponse:
    note = get_object_or_404(TitleNote.objects.filter(reader=reader_of(request)), pk=note_id)
    page = reverse("title-notes", args=[note.title_id])
    return answers.after(
        request,
        lambda: title_notes.withdraw_note(note_id=note_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Your note is deleted."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def flag_note(request: HttpRequest, note_id: int) -> HttpResponse:
    reader = reader_of(request)
    note = get_object_or_404(TitleNote.objects.shown().select_related("title").exclude(reader=reader), pk=note_id)
    page = reverse("flag-note", args=[note_id])
    if request.method == "POST":
        form = FlagForm(request.POST)

        def flag() -> None:
            title_notes.flag_note(note_id=note_id, actor=reader, now=timezone.now(), **form.cleaned_data)

        to = reverse("title-notes", args=[note.title_id])
        says = _("Thank you. A librarian will look at it.")
        return answers.after_form(request, form, flag, name=FLAG, to=to, back=page, field="kind", says=says)
    [one] = shown([note], reader)
    context = {"nav": "find", "title": note.title, "note": one, "form": answers.form_for(request, FlagForm, FLAG)}
    return render(request, "sharing/notes/flag.html", context)
