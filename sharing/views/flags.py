"""Reporting a message, a conversation, a copy or a photo to the librarians."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sharing import flags, quick_replies
from sharing.errors import NotFound
from sharing.models import Flag, Message
from sharing.views import answers
from sharing.views.conversations import conversation_of
from sharing.views.readers import reader_of

SHORT = 60


class FlagForm(forms.Form):
    what = forms.ChoiceField(label=gettext_lazy("What do you report?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"), choices=Flag.Kind.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("In a few words"),
        required=False,
        max_length=flags.WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _form(request: HttpRequest, choices: list[tuple[str, str]], name: str) -> FlagForm:
    form = FlagForm(request.POST) if request.method == "POST" else answers.form_for(request, FlagForm, name)
    form.fields["what"].choices = choices  # type: ignore[attr-defined]
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def flag_talk(request: HttpRequest, conversation_id: int) -> HttpResponse:
    reader = reader_of(request)
    found = conversation_of(reader, conversation_id)
    choices = [(str(row.seq), _line(row)) for row in flags.can_be_flagged(found, reader)]
    form = _form(request, [*choices, ("0", _("The whole conversation"))], "flag")
    page, back = reverse("flag-talk", args=[conversation_id]), reverse("conversation", args=[conversation_id])
    if request.method == "POST":

        def flag() -> None:
            said, seq = form.cleaned_data, int(form.cleaned_data["what"])
            flags.flag_talk(
                conversation_id=conversation_id, seq=seq, actor=reader, kind=said["kind"], words=said["words"],
                now=timezone.now(),
            )  # fmt: skip

        return answers.after_form(request, form, flag, name="flag", to=back, back=page, field="what", says=_thanks())
    context = {"nav": "todo", "form": form, "back": back, "talk": True, "title": found.ask.request.title}
    return render(request, "sharing/flags/flag.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def flag_copy(request: HttpRequest, key: str) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    try:
        copy = flags.copy_of(key, reader=reader, now=now)
    except NotFound:
        raise Http404 from None
    photos = list(copy.photos.all())
    named = [(str(photo.pk), _("Photo %(number)d") % {"number": n}) for n, photo in enumerate(photos, 1)]
    form = _form(request, [("0", _("What its owner wrote about it")), *named], "flag")
    page, back = reverse("flag-copy", args=[key]), reverse("title", args=[copy.title_id])
    if request.method == "POST":

        def flag() -> None:
            said = form.cleaned_data
            flags.flag_copy(
                holding_key=key, photo_id=int(said["what"]) or None, actor=reader, kind=said["kind"], words=said["words"],
                now=now,
            )  # fmt: skip

        return answers.after_form(request, form, flag, name="flag", to=back, back=page, field="what", says=_thanks())
    context = {"nav": "find", "form": form, "back": back, "title": copy.title, "copy": copy, "photos": photos}
    return render(request, "sharing/flags/flag.html", context)


def _thanks() -> str:
    return _("Thank you. A librarian looks at it, and you are told the outcome.")


def _line(row: Message) -> str:
    words = _("Photo") if row.photo else quick_replies.text_of(row)
    return words if len(words) <= SHORT else f"{words[:SHORT]}…"
