"""Messages: in their own page, as a fragment of the pages of asks and lendings, and to catch up by number (N5)."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from sharing import cautions, chat_photos, conversations, masking, places, quick_replies, talks
from sharing.conversations import Chosen
from sharing.errors import Denied
from sharing.models import Ask, Conversation
from sharing.talks import Talk
from sharing.views import answers, meetings
from sharing.views.notifications import unseen
from sharing.views.readers import reader_of

PAGE = "sharing/conversations/conversation.html"
PART = "sharing/conversations/talk.html"


class MessageForm(forms.Form):
    text = forms.CharField(required=False, strip=False, label=gettext_lazy("Message"))


@require_safe
@login_required
def conversation(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The whole conversation; to htmx the part that pages include; with `?after=` only what is newer than that number."""
    reader = reader_of(request)
    after = request.GET.get("after", "")
    found = conversation_of(reader, conversation_id)
    talk = talks.read(
        found, viewer=reader, now=timezone.now(), after=int(after) if after.isdecimal() and len(after) < 10 else 0
    )
    context: dict[str, Any] = {"part": part(request, talk, last=None)}
    if after or request.htmx:  # type: ignore[attr-defined]
        return render(request, PART, context)
    context |= {"talk": talk, "title": found.ask.request.title, "page": _page_of(talk, reader), "nav": "todo"}
    if found.ask.status == Ask.Status.ACCEPTED:
        context |= meetings.to_arrange(found.ask.lending, reader, timezone.now())
    context["unseen"] = unseen(reader, ask_id=found.ask_id, kind="message.sent")
    return render(request, PAGE, context)


@require_POST
@login_required
def send_message(request: HttpRequest, conversation_id: int) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    form = MessageForm(request.POST)
    notices: list[str] = []

    def send() -> None:
        typed = "" if "reply" in request.POST else str(request.POST.get("text", ""))
        if question := cautions.question(typed, asked=request.POST.get("asked", "")):
            raise Denied(question, "caution", field="text")
        sent = conversations.send_message(
            conversation_id=conversation_id,
            actor=reader,
            text=str(request.POST.get("text", "")),
            reply=_chosen(request.POST),
            seen=_number(request.POST.get("seen", "")),
            now=now,
        )
        notices.extend(filter(None, [masking.notice(sent.text)]))

    if not request.htmx:  # type: ignore[attr-defined]
        back = _back(request, conversation_id)
        answer = answers.after_form(request, form, send, name=_name(conversation_id), to=back, back=back, field="text")
        for sentence in notices:
            messages.info(request, sentence)
        return answer
    with answers.refusals(form, "text"):
        send()
    if notices:
        form = MessageForm({"text": ""})
        form.add_error("text", notices[0])
    last = _last(request.POST.get("last", ""))
    talk = talks.read(conversation_of(reader, conversation_id), viewer=reader, now=now, last=last)
    context = part(request, talk, last=last, form=form if form.errors else None, page=request.POST.get("next", ""))
    answer = render(request, PART, {"part": context})
    answer.headers["HX-Push-Url"] = "false"  # the address stays that of the page
    return answer


@require_POST
@login_required
def send_photo(request: HttpRequest, conversation_id: int) -> HttpResponse:
    sent, page = request.FILES.get("photo"), reverse("conversation", args=[conversation_id])
    return answers.after(
        request,
        lambda: chat_photos.send_photo(
            conversation_id=conversation_id,
            actor=reader_of(request),
            photo=sent.read() if sent else b"",
            now=timezone.now(),
        ),
        to=page,
        back=page,
    )


@require_safe
@login_required
def chat_photo(request: HttpRequest, token: str) -> HttpResponse:
    """To the two of them."""
    message = get_object_or_404(chat_photos.visible_to(reader_of(request)), token=token)
    try:
        content = message.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = cast("HttpResponse", FileResponse(content, content_type="image/webp", filename="photo.webp"))
    answer["Cache-Control"] = "private, no-cache"
    return answer


def part(
    request: HttpRequest, talk: Talk, *, last: int | None = talks.SHOWN, form: forms.Form | None = None, page: str = ""
) -> dict[str, Any]:
    """What sharing/conversations/talk.html needs under the name `part`; a page may hold several. `last`: how many messages
    it shows, None for all; `page`: its address, where that is not the request's."""
    number = talk.conversation.pk
    say = (form or answers.form_for(request, MessageForm, _name(number)))["text"]
    quick = [] if talk.closed else quick_replies.replies(talk.conversation, reader_of(request))
    return {
        "talk": talk,
        "id": f"c{number}",
        "url": "" if talk.closed else reverse("send-message", args=[number]),
        "last": last,
        "next": page or request.path,
        "seen": talk.count,
        "say": say,
        "asked": " ".join(sorted(cautions.found_in(str(say.value() or "")))) if say.errors else "",
        "quick": quick,
        "places": places.choices() if any(reply.slot == "place" for reply in quick) else [],
    }


def _chosen(sent: QueryDict) -> Chosen | None:
    code = sent.get("reply", "")
    parts = {slot: sent.get(f"{slot}-{code}", "") for slot in ("date", "place")}
    return Chosen(code, parts) if code else None


def _last(number: str) -> int | None:
    found = _number(number)
    return None if found is None else min(found, talks.SHOWN)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _page_of(talk: Talk, reader: Reader) -> str:
    """The page that this conversation is about, as this side may see it."""
    ask = talk.conversation.ask
    if ask.status == Ask.Status.ACCEPTED:
        return ask.lending.get_absolute_url()
    if ask.holder_id == reader.pk:
        return reverse("ask", args=[ask.pk])
    return reverse("request", args=[ask.request_id])


def conversation_of(reader: Reader, conversation_id: int) -> Conversation:
    rows = Conversation.objects.visible_to(reader).select_related(
        "ask__holder", "ask__request__requester", "ask__request__title", "ask__lending"
    )
    return get_object_or_404(rows, pk=conversation_id)


def _name(conversation_id: int) -> str:
    return f"message {conversation_id}"


def _back(request: HttpRequest, conversation_id: int) -> str:
    """The page it was written on."""
    came_from = request.POST.get("next", "")
    if not came_from.startswith("/") or not url_has_allowed_host_and_scheme(came_from, allowed_hosts=None):
        came_from = reverse("conversation", args=[conversation_id])
    return f"{came_from}#c{conversation_id}"
