"""The curators' form of a title: it shows the record and hands what is changed to titles.py."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from personal_catalog import isbn, titles
from personal_catalog.facts import LONGEST, typed
from personal_catalog.models import Title, TitleIsbn

LISTS = ("creators", "translators", "subjects")
CURATOR = "curator"


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in re.split(r"[\r\n]+", super().clean(value)) if line.strip()]


class TitleForm(WagtailAdminModelForm):
    instance: Title
    creators = LinesField(label=capfirst(_("creators")), help_text=_("One a line."))
    translators = LinesField(label=capfirst(_("translators")), help_text=_("One a line."))
    subjects = LinesField(label=capfirst(_("subjects")), help_text=_("One a line."))
    isbns = LinesField(label=_("ISBNs"), help_text=_("One a line, in any form."))

    class Meta:
        model = Title
        fields = (*LONGEST, "year", *LISTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["isbns"] = list(self.instance.isbns.values_list("isbn13", flat=True))

    def clean_isbns(self) -> list[str]:
        try:
            numbers = [isbn.parse(line).isbn13 for line in self.cleaned_data["isbns"]]
        except isbn.NotAnIsbn as refused:
            raise forms.ValidationError(_("One of them is not an ISBN.")) from refused
        taken = TitleIsbn.objects.filter(isbn13__in=numbers).exclude(title=self.instance.pk).select_related("title")
        if taken:
            raise forms.ValidationError(
                _("%(isbn)s belongs to “%(title)s”: merge the two titles instead."),
                params={"isbn": taken[0].isbn13, "title": taken[0].title},
            )
        return numbers

    def save(self, commit: bool = True) -> Title:
        changes = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        changes["isbns"] = self.cleaned_data["isbns"]
        now = timezone.now()
        if self.instance.pk:
            saved = titles.correct_title(title_id=self.instance.pk, actor=self.for_user, changes=changes, now=now)
        else:
            saved = titles.find_or_create(facts=typed(changes), source=CURATOR, actor=self.for_user, now=now)
        self.instance = saved
        return saved


class RecordChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    def label_from_instance(self, obj: Title) -> str:
        numbers = ", ".join(row.isbn13 for row in obj.isbns.all())
        parts = (obj.full_title, obj.creators_text, obj.publisher, str(obj.year or ""), numbers)
        return " · ".join(part for part in parts if part)


class KeepForm(forms.Form):
    """Which of the chosen titles is kept."""

    keep = RecordChoice(
        label=_("Keep this record"), queryset=Title.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, titles_: Iterable[Title] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Title.objects.live().filter(pk__in=[title.pk for title in titles_])
        self.fields["keep"].queryset = choices  # type: ignore[attr-defined]
