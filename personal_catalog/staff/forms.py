"""The curators' form of a title: it shows the record and hands what is changed to titles.py."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from personal_catalog import curation, headings, isbn, matching, titles
from personal_catalog.curation import LONGEST_REASON
from personal_catalog.errors import IsbnTaken
from personal_catalog.facts import LONGEST, TIDY, BookFacts, not_kept, typed, with_language
from personal_catalog.models import Heading, Title, TitleIsbn

LISTS = ("creators", "translators", "subjects", *TIDY)
CURATOR = "curator"
NOT_KEPT = {
    "year": _("There were no books in that year."),
    "language": _("No language is known by this. Write chi, eng or another code of ISO 639-2."),
    "clc": _("A class number has Latin letters, digits and points, at most 40."),
    "ddc": _("A class number has Latin letters, digits and points, at most 40."),
    "lcc": _("A class number has Latin letters, digits and points, at most 40."),
    "contributors": _("A line is a role, a colon and a name: “editor: Jane Doe”, “主编：张三”."),
    "languages": _("No language is known by this. Write chi, eng or another code of ISO 639-2."),
    "volumes": _("A set has two volumes or more; leave this empty for a single one."),
    "invalid_isbns": _("An ISBN that is no longer valid still has 8 to 13 digits."),
    "numbers": _(
        "A line is a kind, a colon and the number: oclc:12345, lccn:2001012345, issn:1234-5679, csbn:10019·2342, douban:1000001."
    ),
    "subject_headings": _(
        "A line is the code of the list, a colon and the heading: “lcsh: Data structures--Textbooks”."
    ),
    "links": _("A line is an address that begins with https:// or urn:isbn:, a blank, and words for it."),
}


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in re.split(r"[\r\n]+", super().clean(value)) if line.strip()]


def parsed_isbns(lines: Iterable[str]) -> list[str]:
    """Thirteen digits each; says which line is none."""
    numbers = []
    for line in lines:
        try:
            numbers.append(isbn.parse(line).isbn13)
        except isbn.NotAnIsbn as refused:
            says = _("“%(line)s” is not an ISBN: check its digits.")
            raise forms.ValidationError(says, params={"line": line}) from refused
    return list(dict.fromkeys(numbers))


class TitleForm(WagtailAdminModelForm):
    instance: Title
    creators = LinesField(label=capfirst(_("creators")), help_text=_("One a line."))
    translators = LinesField(label=capfirst(_("translators")), help_text=_("One a line."))
    subjects = LinesField(label=capfirst(_("subjects")), help_text=_("One a line."))
    contributors = LinesField(label=capfirst(_("contributors")), help_text=NOT_KEPT["contributors"])
    languages = LinesField(label=capfirst(_("further languages")), help_text=_("Codes of ISO 639-2, one a line."))
    invalid_isbns = LinesField(
        label=_("ISBNs no longer valid"),
        help_text=_("Withdrawn or wrong: the title is found by them, nobody is shown them."),
    )
    numbers = LinesField(label=capfirst(_("record numbers")), help_text=NOT_KEPT["numbers"])
    subject_headings = LinesField(label=capfirst(_("subject headings")), help_text=NOT_KEPT["subject_headings"])
    links = LinesField(label=_("E-books and other formats"), help_text=NOT_KEPT["links"])
    isbns = LinesField(label=_("ISBNs"), help_text=_("One a line, in any form."))
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False,
        help_text=_("Stands in the history: “from the colophon”, “as the publisher’s list has it”."),
    )  # fmt: skip

    class Meta:
        model = Title
        fields = (*LONGEST, "year", "volumes", *LISTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            then = self.instance.isbns_then  # of an older version that is looked at
            now = self.instance.isbns.values_list("isbn13", flat=True)
            self.initial["isbns"] = then if then is not None else list(now)

    def clean_isbns(self) -> list[str]:
        numbers = parsed_isbns(self.cleaned_data["isbns"])
        taken = TitleIsbn.objects.filter(isbn13__in=numbers).exclude(title=self.instance.pk).select_related("title")
        if taken:
            raise forms.ValidationError(
                _("%(isbn)s belongs to “%(title)s”: merge the two titles instead."),
                params={"isbn": taken[0].isbn13, "title": taken[0].title},
            )
        return numbers

    def clean(self) -> dict[str, Any]:
        """Nothing that was typed is dropped in silence, and a title that is here already is not added again."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in not_kept(self._changes()):
            if name not in self.errors:
                self.add_error(name, NOT_KEPT.get(name, _("This is longer than the catalogue keeps.")))
        if not self.instance.pk and not self.errors and (here := matching.matching(self._facts())):
            url = reverse("wagtailsnippets_personal_catalog_title:edit", args=[here.pk])
            says = _("The catalogue has this title already: {title}. Nothing was added.")
            raise forms.ValidationError(
                format_html(str(says), title=format_html('<a href="{}">{}</a>', url, here.full_title))
            )
        return cleaned

    def _changes(self) -> dict[str, Any]:
        names = (*self.Meta.fields, "isbns")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def _facts(self) -> BookFacts:
        return with_language(typed(self._changes()))

    def save(self, commit: bool = True) -> Title:
        """Of staff that may only propose, a new title waits for a curator, and so does a correction."""
        actor, changes, now = self.for_user, self._changes(), timezone.now()
        reason, decides = self.cleaned_data["reason"], titles.may_curate(self.for_user)
        if self.instance.pk and decides:
            saved = titles.correct_title(
                title_id=self.instance.pk, actor=actor, changes=changes, now=now, reason=reason
            )
        elif self.instance.pk:
            saved = Title.objects.get(pk=self.instance.pk)
            curation.suggest_correction(title=saved, reader=actor, changes=changes, now=now, reason=reason)
        else:
            source = CURATOR if decides else titles.READER
            saved = titles.find_or_create(facts=typed(changes), source=source, actor=actor, now=now)
            if saved.created_at != now:  # somebody else was a moment faster
                raise IsbnTaken
        self.instance = saved
        return saved


class HeadingForm(WagtailAdminModelForm):
    """A name and all forms under which it is known."""

    instance: Heading
    variants = LinesField(
        label=_("Other forms"), help_text=_("One a line: other scripts, pen names, full names. Readers find titles by all of them.")
    )  # fmt: skip

    class Meta:
        model = Heading
        fields = ("kind", "name", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["kind"].disabled = True
            others = self.instance.names.exclude(name=self.instance.name)
            self.initial["variants"] = list(others.values_list("name", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (
            other := headings.taken(self.instance, cleaned["kind"], [cleaned["name"], *cleaned["variants"]])
        ):
            says = _("One of these forms belongs to “%(name)s”: merge the two in the list.")
            raise forms.ValidationError(says, params={"name": other.name})
        return cleaned

    def save(self, commit: bool = True) -> Heading:
        said = {name: self.cleaned_data[name] for name in ("kind", "name", "variants", "note")}
        self.instance = headings.save_heading(pk=self.instance.pk, actor=self.for_user, now=timezone.now(), **said)
        return self.instance


class RecordChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    def label_from_instance(self, obj: Title) -> str:
        numbers = ", ".join(isbn.hyphenate(row.isbn13) for row in obj.isbns.all())
        parts = (obj.full_title, obj.creators_text, obj.publisher, str(obj.year or ""), numbers)
        return " · ".join(part for part in parts if part)


class KeepForm(forms.Form):
    """Which of the chosen titles is kept, and why they are one."""

    keep = RecordChoice(
        label=_("Keep this record"), queryset=Title.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, required=False)

    def __init__(self, *args: Any, titles_: Iterable[Title] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = (
            Title.objects.live().filter(pk__in=[title.pk for title in titles_]).order_by("status", "-passed_on", "pk")
        )
        self.fields["keep"].queryset = choices.prefetch_related("isbns")  # type: ignore[attr-defined]
        self.fields["keep"].initial = choices.first()


class HeadingKeepForm(forms.Form):
    keep = forms.ModelChoiceField(
        label=_("Keep this form"), queryset=Heading.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, headings_: Iterable[Heading] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Heading.objects.filter(pk__in=[heading.pk for heading in headings_])
        self.fields["keep"].queryset = choices  # type: ignore[attr-defined]


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is not for the catalogue"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody with a copy under this title reads this."),
    )
