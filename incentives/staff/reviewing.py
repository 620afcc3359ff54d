"""A ring as the librarian sees it: who gave to whom how often, what that has earned, and the two answers."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from incentives.farming import reviews
from incentives.forms import ReviewForm
from incentives.models import Posting, RingReview
from incentives.staff.pages import StaffPage
from library_bridge.models import Patron
from sharing.errors import SharingError
from sharing.models import Lending
from sharing.views.readers import reader_of

SIGNS = {
    "same_card": gettext_lazy("both cards have the same number"),
    "same_mail": gettext_lazy("mails to both go to the same mailbox"),
    "same_device": gettext_lazy("both sign in with the same browser"),
    "circular": gettext_lazy("everybody gives about as much as they take"),
    "hurried": gettext_lazy("half of the books were back within four days"),
    "few_books": gettext_lazy("few books, again and again"),
    "intense": gettext_lazy("three gifts a reader a month, or more"),
}


def signs_text(review: RingReview) -> str:
    return "; ".join(str(SIGNS[sign]) for sign in review.signs if sign in SIGNS)


class DecideReview(StaffPage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    form_class = ReviewForm
    template_name = "incentives/admin/decide_review.html"
    page_title = gettext_lazy("Points held for a check")
    header_icon = "warning"
    permission = reviews.RIGHT

    @cached_property
    def review(self) -> RingReview:
        return get_object_or_404(RingReview, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review, members = self.review, list(self.review.members.values_list("pk", flat=True))
        cards: dict[int, str] = dict(
            Patron.objects.filter(reader__in=members).order_by("pk").values_list("reader_id", "card_number")
        )
        lendings = Lending.objects.filter(events__in=review.held.values("award__event")).distinct()
        ways = Counter(lendings.values_list("giver_id", "taker_id"))
        points = Posting.objects.filter(entry__in=review.held.values("award"), amount__gt=0)
        return {
            **super().get_context_data(**kwargs),
            "review": review,
            "signs": [SIGNS[sign] for sign in review.signs if sign in SIGNS],
            "may_decide": review.status == RingReview.Status.OPEN and self.request.user.pk not in members,
            "ways": [(cards.get(giver, giver), cards.get(taker, taker), n) for (giver, taker), n in ways.most_common()],
            "earned": points.values("account__reader__patrons__card_number").annotate(
                points=Sum("amount"), times=Count("pk")
            ).order_by("-points"),
        }  # fmt: skip

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        clear = form.cleaned_data["answer"] == "clear"
        try:
            review = reviews.decide_review(
                review_id=self.review.pk, clear=clear, why=form.cleaned_data["why"], actor=reader_of(self.request),
                now=timezone.now(),
            )  # fmt: skip
        except SharingError as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, f"{review.pk}: {review.get_status_display()}")
        return HttpResponseRedirect(reverse("held-points:index"))
