"""The shelves that a reader follows, the one they show themselves, and the page of a shown shelf."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sharing import following, groups, profiles
from sharing.models import ShelfFollow, ShownShelf
from sharing.views import answers
from sharing.views.readers import reader_of

OPEN = "open-shelf"
ON_A_PAGE = 20


class ShelfForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of your shelf"),
        help_text=gettext_lazy("All readers see it. Not your own name, nor one by which you are known elsewhere."),
        max_length=profiles.LONGEST,
    )


@require_safe
@login_required
def follows(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    mine = ShownShelf.objects.filter(reader=reader).first()
    context = {
        "nav": "me",
        "followed": list(following.followed_by(reader)),
        "new_books": following.new_books(reader),
        "others": following.to_discover(reader),
        "mine": mine,
        "followers": following.followers(reader) if mine else 0,
        "form": answers.form_for(
            request, ShelfForm, OPEN, initial={"name": mine.name if mine else groups.offered_name(None)}
        ),
    }
    return render(request, "sharing/shelves/follows.html", context)


@require_safe
@login_required
def shown_shelf(request: HttpRequest, code: str) -> HttpResponse:
    reader, shelf = reader_of(request), get_object_or_404(following.shown(), code=code)
    context = {
        "nav": "me",
        "shelf": shelf,
        "page": Paginator(following.books_of(shelf), ON_A_PAGE).get_page(request.GET.get("page")),
        "mine": shelf.is_of(reader),
        "follows": ShelfFollow.objects.filter(shelf=shelf, follower=reader).exists(),
    }
    return render(request, "sharing/shelves/shelf.html", context)


@require_POST
@login_required
def open_shelf(request: HttpRequest) -> HttpResponse:
    form, page = ShelfForm(request.POST), reverse("follows")

    def open_it() -> None:
        following.open_shelf(actor=reader_of(request), now=timezone.now(), **form.cleaned_data)

    back = f"{page}#mine"
    return answers.after_form(request, form, open_it, name=OPEN, to=back, back=back, field="name", says=_("Saved"))


@require_POST
@login_required
def close_shelf(request: HttpRequest) -> HttpResponse:
    return answers.after(
        request,
        lambda: following.close_shelf(actor=reader_of(request), now=timezone.now()),
        to=reverse("follows"),
        back=reverse("follows"),
        says=_("Your shelf is shown no more, and nobody follows it."),
    )


@require_POST
@login_required
def follow_shelf(request: HttpRequest, code: str) -> HttpResponse:
    page = reverse("shown-shelf", args=[code])
    return answers.after(
        request,
        lambda: following.follow_shelf(code=code, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("You will be told of new books, once a day at most."),
    )


@require_POST
@login_required
def unfollow_shelf(request: HttpRequest, code: str) -> HttpResponse:
    return answers.after(
        request,
        lambda: following.unfollow_shelf(code=code, actor=reader_of(request), now=timezone.now()),
        to=reverse("follows"),
        back=reverse("follows"),
        says=_("You no longer follow it."),
    )
