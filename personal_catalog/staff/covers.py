"""A title's cover under a curator's hands: their own picture, none at all, or what a server has."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.log_actions import log

from personal_catalog import titles
from personal_catalog.cover_pictures import choosing, kept
from personal_catalog.cover_pictures.making import MOST_BYTES
from personal_catalog.lookup.servers import covers
from personal_catalog.lookup.sources import label
from personal_catalog.pictures import PictureRefused
from personal_catalog.staff.editing import EDIT
from personal_catalog.staff.pages import TitlePage, curator

REFUSALS = {
    "empty": gettext_lazy("“%(file)s” is empty."),
    "too_many_bytes": gettext_lazy("“%(file)s” is larger than 8 MB."),
    "kind": gettext_lazy("“%(file)s” is no JPEG, PNG or WebP picture."),
    "too_many_pixels": gettext_lazy("“%(file)s” has more than 40 million pixels."),
    "shape": gettext_lazy("“%(file)s” is smaller than 60 pixels, or more than three times as long as it is wide."),
    "broken": gettext_lazy("“%(file)s” is damaged and can’t be read."),
}


class CoverForm(forms.Form):
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most 8 MB. It is drawn anew, without what the camera wrote into it."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        allow_empty_file=True,
    )


class Cover(TitlePage, FormView):  # type: ignore[type-arg]  # not subscriptable when it runs
    template_name = "personal_catalog/admin/cover.html"
    form_class = CoverForm
    page_title = gettext_lazy("Cover")
    header_icon = "image"

    def comes_from(self) -> dict[str, Any]:
        return {"url": reverse(EDIT, args=[self.title.pk]), "label": self.title.title}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = self.title
        given_by = title.provenance.get(choosing.COVER, "")
        return {
            **super().get_context_data(**kwargs),
            "title": title,
            "picture": kept.url(title.cover_id, kept.widths_of(title.cover_id)[-1]) if title.cover_id else "",
            "given_by": label(given_by) if given_by else "",
            "wants_none": title.cover_id is None and given_by == titles.CURATOR,
            "may_look": title.cover_id is None and bool(covers()),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor, now = curator(request), timezone.now()
        if "remove" in request.POST:
            choosing.remove_cover(title_id=self.title.pk, actor=actor, now=now)
            return self._done("personal_catalog.cover_removed", _("The title shows its typeset cover now."))
        if "look" in request.POST:
            choosing.look_again(title_id=self.title.pk, actor=actor, now=now)
            return self._done("", _("The servers are asked in the next minutes."))
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: CoverForm) -> HttpResponse:
        file = form.cleaned_data["picture"]
        try:
            choosing.upload_cover(
                title_id=self.title.pk,
                actor=curator(self.request),
                content=file.read(MOST_BYTES + 1),
                now=timezone.now(),
            )
        except PictureRefused as refused:
            form.add_error("picture", REFUSALS[refused.code] % {"file": file.name[:80]})
            return self.form_invalid(form)
        return self._done("personal_catalog.cover_uploaded", _("The title has its new cover."))

    def _done(self, action: str, says: str) -> HttpResponse:
        if action:
            log(instance=self.title, action=action, user=self.request.user)
        messages.success(self.request, says)
        return HttpResponseRedirect(self.request.path)
