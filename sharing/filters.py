"""The search's parameters: one FilterSet for the page and the API. What is not declared here filters nothing (T-R16)."""

import json
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

import django_filters as filters
from django import forms
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.models import Reader
from personal_catalog.languages import TAGS
from personal_catalog.models import Copy, Title
from sharing import areas, availability, classes, policies
from sharing.availability import Wish
from sharing.models import CirculationPolicy

KINDS = (
    (availability.PERSONAL, pgettext_lazy("kind of holding", "Readers’ own copies")),
    (availability.LIBRARY, pgettext_lazy("kind of holding", "Library books")),
)
SORTS = (
    ("relevance", pgettext_lazy("order", "Best match")),
    ("newest", pgettext_lazy("order", "Newest in the catalogue")),
    ("most_passed_on", pgettext_lazy("order", "Passed on most")),
    ("free_date", pgettext_lazy("order", "Free soonest")),
)
YEARS = {"min_value": -3000, "max_value": 2200}
LANGUAGES = [(code, code) for code in ("chi", *sorted(TAGS))]


class Known:
    """Choices that never change, asked for and not copied into each form that is made."""

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        self.choices = list(choices)

    def __call__(self) -> list[tuple[str, Any]]:
        return self.choices

    def __deepcopy__(self, _memo: Any) -> "Known":
        return self


class Unchanging(dict[str, Any]):
    """Filters, or the fields of their form: the same in each search, which takes a copy of each as it stands and not of all its
    parts."""

    def __deepcopy__(self, _memo: Any) -> dict[str, Any]:
        return {name: copy(one) for name, one in self.items()}


class TitleFilter(filters.FilterSet):
    """`.qs` is the titles that match everything but `q`, which the search index answers. `.is_valid()`, `.errors` as a form.

    Repeated values of one parameter widen (Plum Court or Bamboo Court); different parameters narrow, and those about a
    holding (kind, mode, area, available) must be true of one and the same holding.
    """

    q = filters.CharFilter(
        method="kept",
        max_length=settings.SEARCH_MAX_CHARACTERS,
        label=_("Search"),
        error_messages={
            "max_length": _("The words are too long: please shorten them to %(limit_value)d characters at most."),
            "null_characters_not_allowed": _(
                "There are signs in the words that cannot be read. Please type them anew."
            ),
        },
    )
    kind = filters.MultipleChoiceFilter(
        choices=Known(KINDS), method="kept", label=pgettext_lazy("of a holding", "Kind")
    )
    available = filters.BooleanFilter(method="kept", label=_("Free now"))
    mode = filters.MultipleChoiceFilter(choices=Known(Copy.Mode.choices), method="kept", label=_("Lending mode"))
    area = filters.MultipleChoiceFilter(choices=areas.choices, method="kept", label=_("Area"))
    language = filters.MultipleChoiceFilter(choices=Known(LANGUAGES), field_name="language", label=_("Language"))
    subject = filters.CharFilter(method="with_subject", max_length=100, label=_("Subject"))
    classification = filters.CharFilter(method="in_class", max_length=40, label=_("Class"))
    year_from = filters.NumberFilter(field_name="year", lookup_expr="gte", **YEARS, label=_("From year"))
    year_to = filters.NumberFilter(field_name="year", lookup_expr="lte", **YEARS, label=_("To year"))
    sort = filters.ChoiceFilter(choices=Known(SORTS), method="kept", empty_label=None, label=_("Order"))

    class Meta:
        model = Title
        fields: list[str] = []

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        reader: Reader | None,
        now: datetime,
        policy: CirculationPolicy | None = None,
    ) -> None:
        super().__init__(data if data is not None else {}, queryset=_live())
        for one in self.filters.values():
            one.method = one.method  # of the copy, no longer of what it was copied from
        self.reader = reader
        self.now = now
        self.policy = policy or policies.current()

    def get_form_class(self) -> type[forms.Form]:
        return _form_class()

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """The cleaned values; empty while something is wrong with them."""
        return dict(self.form.cleaned_data) if self.is_valid() else {}

    @cached_property
    def text(self) -> str:
        return str(self.wanted.get("q") or "").strip()

    @cached_property
    def narrows(self) -> bool:
        """Something besides the words is asked for."""
        return any(value for name, value in self.wanted.items() if name not in ("q", "sort"))

    @property
    def sorting(self) -> str:
        return str(self.wanted.get("sort") or "relevance")

    @cached_property
    def wish(self) -> Wish:
        wanted = self.wanted
        return Wish(
            kinds=frozenset(wanted.get("kind") or ()),
            modes=frozenset(wanted.get("mode") or ()),
            areas=frozenset(wanted.get("area") or ()),
            free=bool(wanted.get("available")),
        )

    def filter_queryset(self, queryset: QuerySet[Title]) -> QuerySet[Title]:
        found: QuerySet[Title] = super().filter_queryset(queryset)
        if wish := self.wish:
            found = found.filter(self.having(wish))
        return found

    def having(self, wish: Wish) -> Q:
        """On titles: what this reader may see answers the wish."""
        return availability.titles_having(wish, reader=self.reader, policy=self.policy, now=self.now)

    def kept(self, queryset: QuerySet[Title], name: str, value: object) -> QuerySet[Title]:
        """Answered elsewhere: by the index, by the holdings, or by the order."""
        return queryset

    def in_class(self, queryset: QuerySet[Title], name: str, value: str) -> QuerySet[Title]:
        return queryset.filter(classes.within(value))

    def with_subject(self, queryset: QuerySet[Title], name: str, value: str) -> QuerySet[Title]:
        """One whole heading. SQLite keeps the list as escaped text, PostgreSQL as JSON it can look into."""
        if connection.vendor == "postgresql":
            return queryset.filter(subjects__contains=[value])
        return queryset.alias(headings=Cast("subjects", TextField())).filter(headings__contains=json.dumps(value))


TitleFilter.base_filters = Unchanging(TitleFilter.base_filters)


@cache
def _form_class() -> type[forms.Form]:
    fields = {name: copy(one).field for name, one in TitleFilter.base_filters.items()}
    made: Any = type("TitleFilterForm", (forms.Form,), fields)
    made.base_fields = Unchanging(made.base_fields)
    form: type[forms.Form] = made
    return form


@cache
def _live() -> QuerySet[Title]:
    """Never asked itself, only what is made of it."""
    return Title.objects.live()
