"""How an exchange went: said once on the lending's page, read there by the two of them once it is open."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sharing import ratings
from sharing.models import Lending, Rating
from sharing.scenes import Scene
from sharing.views import answers
from sharing.views.readers import reader_of


class RatingForm(forms.Form):
    went = forms.ChoiceField(label=gettext_lazy("It went"), choices=Rating.Went.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("In a few words"), required=False, max_length=ratings.LONGEST,
        help_text=gettext_lazy("About the exchange: the place, the time, the book."),
    )  # fmt: skip


@dataclass(frozen=True)
class Said:
    who: str
    went: str
    words: str


@dataclass(frozen=True)
class Part:
    """What templates/sharing/lendings/rating.html shows. `form` is None once this side has spoken, or too late."""

    form: RatingForm | None
    mine: Said | None
    theirs: Said | None
    opened: bool
    opens_at: datetime

    @property
    def said(self) -> list[Said]:
        return [one for one in (self.mine, self.theirs) if one]


def part(request: HttpRequest, scene: Scene) -> Part | None:
    """None where nothing changed hands, or there is nothing to say or to read. One query, once the lending has ended."""
    lending = scene.lending
    if lending.closed_at is None or lending.handed_over_at is None:
        return None
    given = list(lending.ratings.all())
    opened = ratings.are_open(lending, given, scene.now)
    mine = next((one for one in given if one.reader_id == scene.reader.pk), None)
    theirs = next((one for one in given if one.reader_id != scene.reader.pk), None) if opened else None
    asks = mine is None and ratings.may_rate(lending, scene.now)
    form = answers.form_for(request, RatingForm, f"rating {lending.pk}") if asks else None
    if not (form or mine or theirs):
        return None
    return Part(form, _said(mine, _("You")), _said(theirs, scene.name), opened, ratings.opens_at(lending))


def _said(rating: Rating | None, who: str) -> Said | None:
    return Said(who, rating.get_went_display(), rating.words) if rating else None


@require_POST
@login_required
def rate_exchange(request: HttpRequest, lending_id: int) -> HttpResponse:
    reader, form = reader_of(request), RatingForm(request.POST)
    page = get_object_or_404(Lending.objects.visible_to(reader), pk=lending_id).get_absolute_url()
    return answers.after_form(
        request,
        form,
        lambda: ratings.rate_exchange(lending_id=lending_id, actor=reader, now=timezone.now(), **form.cleaned_data),
        name=f"rating {lending_id}",
        to=page,
        back=f"{page}#rating",
        says=_("Thank you. The other side reads it when it opens."),
    )
