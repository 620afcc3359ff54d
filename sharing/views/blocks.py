"""Blocking the other side of a conversation, and lifting it on the page of one's own data."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sharing import blocks, policies
from sharing.models import Ask
from sharing.views import answers
from sharing.views.conversations import conversation_of
from sharing.views.readers import reader_of


class BlockForm(forms.Form):
    end_lending = forms.BooleanField(
        label=gettext_lazy("Cancel what we have agreed, too"),
        required=False,
        help_text=gettext_lazy("It goes on the record as any step back does. If you had to, tell a librarian why."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def block_reader(request: HttpRequest, conversation_id: int) -> HttpResponse:
    reader = reader_of(request)
    found = conversation_of(reader, conversation_id)
    page = reverse("conversation", args=[conversation_id])
    if request.method == "POST":
        form = BlockForm(request.POST)

        def block() -> None:
            end = form.cleaned_data["end_lending"]
            blocks.block_reader(conversation_id=conversation_id, actor=reader, end_lending=end, now=timezone.now())

        to = reverse("my-data") + "#blocks"
        back = reverse("block-reader", args=[conversation_id])
        return answers.after_form(
            request, form, block, name="block", to=to, back=back, says=_("Blocked. The other side is not told.")
        )
    lending = found.ask.lending if found.ask.status == Ask.Status.ACCEPTED else None
    context = {
        "nav": "todo",
        "page": page,
        "title": found.ask.request.title,
        "lending": lending if lending and lending.is_live else None,
        "form": answers.form_for(request, BlockForm, "block"),
        "may_end": lending is not None and policies.may_cancel(lending, reader),
    }
    return render(request, "sharing/conversations/block.html", context)


@require_POST
@login_required
def lift_block(request: HttpRequest, block_id: int) -> HttpResponse:
    page = reverse("my-data") + "#blocks"
    return answers.after(
        request,
        lambda: blocks.lift_block(block_id=block_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("The block is lifted."),
    )
