"""A book left at a drop point: where it lies, that it was collected, that its giver has it again, and its photo."""

from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from library_bridge.models import Reader
from sharing import deposits, drop_points, missing_books
from sharing.models import Deposit, DropPoint, Lending
from sharing.models.drop_points import LONGEST_LABEL
from sharing.views import answers
from sharing.views.conditions import SEE
from sharing.views.readers import page_of_handover, reader_of


class CollectForm(forms.Form):
    shelf_code = forms.CharField(
        label=gettext_lazy("Code at the drop point"), max_length=40,
        help_text=gettext_lazy("Six letters and digits that are written up there."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class DepositForm(CollectForm):
    compartment = forms.CharField(
        label=gettext_lazy("Where it lies"), max_length=LONGEST_LABEL,
        help_text=gettext_lazy("E.g. “second shelf, left”."),
    )  # fmt: skip
    photo = forms.FileField(
        label=gettext_lazy("Photo of it there"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip

    field_order = ("compartment", "shelf_code", "photo")

    def __init__(self, *args: Any, drop_point: DropPoint | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if drop_point is not None and drop_point.labels:
            free = [(label, label) for label in drop_points.free(drop_point)]
            self.fields["compartment"] = forms.ChoiceField(label=_("Compartment"), choices=[("", ""), *free])
            self.order_fields(self.field_order)


@require_POST
@login_required
def deposit_book(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader, form = reader_of(request), DepositForm(request.POST, request.FILES)
    page, sent = page_of_handover(reader, handover_id), request.FILES.get("photo")
    return answers.after_form(
        request,
        form,
        lambda: deposits.deposit_book(
            handover_id=handover_id,
            actor=reader,
            compartment=form.cleaned_data["compartment"],
            shelf_code=form.cleaned_data["shelf_code"],
            photo=sent.read() if sent else None,
            now=timezone.now(),
        ),
        name=f"deposit {handover_id}",
        to=page,
        back=page,
        secret=("shelf_code", "photo"),
        says=_("Noted. The other side has been told where it lies."),
    )


@require_POST
@login_required
def collect_book(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader, form = reader_of(request), CollectForm(request.POST)
    page = page_of_handover(reader, handover_id)
    return answers.after_form(
        request,
        form,
        lambda: deposits.collect_book(
            handover_id=handover_id, actor=reader, shelf_code=form.cleaned_data["shelf_code"], now=timezone.now()
        ),
        name=f"collect {handover_id}",
        to=page,
        back=page,
        field="shelf_code",
        secret=("shelf_code",),
        says=_("Both of you have confirmed the handover."),
    )


@require_POST
@login_required
def take_back(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader = reader_of(request)
    page = page_of_handover(reader, handover_id)
    return answers.after(
        request,
        lambda: deposits.take_back(handover_id=handover_id, actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Noted: you have the book again."),
    )


@require_POST
@login_required
def report_missing(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader = reader_of(request)
    page = page_of_handover(reader, handover_id)
    return answers.after(
        request,
        lambda: missing_books.report_missing(handover_id=handover_id, actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("A librarian looks into it. Until then, put your copy on “not now”, so that nobody is promised it."),
    )


@require_safe
@login_required
def deposit_photo(request: HttpRequest, token: str) -> HttpResponse:
    """To the two of them while they are told of the place, and to librarians."""
    reader = reader_of(request)
    deposit = deposits.photo_shown_to(reader, token=token, now=timezone.now()) or _seen_at_the_desk(reader, token)
    if deposit is None:
        raise Http404
    try:
        content = deposit.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = cast("HttpResponse", FileResponse(content, content_type="image/webp", filename="deposit.webp"))
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _seen_at_the_desk(staff: Reader, token: str) -> Deposit | None:
    """Not of a book of their own."""
    if not staff.has_perm(SEE):
        return None
    rows = Deposit.objects.filter(handover__lending__in=Lending.objects.visible_to_staff(staff).values("pk"))
    others = rows.exclude(photo="").exclude(pk__in=Deposit.objects.visible_to(staff).values("pk"))
    return others.filter(token=token).first()
