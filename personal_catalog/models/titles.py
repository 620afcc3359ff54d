"""Titles: one bibliographic record for every copy of an edition, shared by all readers."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import LockableMixin, RevisionMixin

from personal_catalog import addresses, credits, languages
from personal_catalog.models.covers import CoverPicture
from personal_catalog.people import match_key
from personal_catalog.works import work_key


class TitleQuerySet(models.QuerySet["Title"]):
    def live(self) -> Self:
        """What readers find."""
        return self.exclude(status__in=Title.UNSEEN)

    def records(self) -> Self:
        """What a curator may still correct."""
        return self.exclude(status=Title.Status.MERGED)

    def with_isbn(self, *isbn13s: str) -> Self:
        """One row a title, however many of the ISBNs it carries."""
        return self.live().filter(pk__in=TitleIsbn.objects.filter(isbn13__in=isbn13s).values("title_id"))


class Title(LockableMixin, RevisionMixin, models.Model):
    class Status(models.TextChoices):
        APPROVED = "approved", _("Approved")
        PENDING = "pending", _("Waiting for a curator")
        MERGED = "merged", _("Merged")
        REJECTED = "rejected", _("Not for the catalogue")

    UNSEEN = (Status.MERGED, Status.REJECTED)
    OF_THE_WHOLE = (
        "status", "merged_into", "lookup_pending", "lookup_next_at", "lookup_tries", "created_by", "created_at", "updated_at",
        "passed_on", "match_key", "work_key", "cover_seed", "provenance",
    )  # fmt: skip
    isbns_then: list[str] | None = None
    """Of a revision that is looked at: the ISBNs that it had."""

    title = models.CharField(_("title"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    original_title = models.CharField(_("original title"), max_length=500, blank=True)
    creators = models.JSONField(_("creators"), default=list, blank=True)
    translators = models.JSONField(_("translators"), default=list, blank=True)
    contributors = models.JSONField(_("contributors"), default=list, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    edition = models.CharField(_("edition"), max_length=100, blank=True)
    series = models.CharField(_("series"), max_length=300, blank=True)
    series_number = models.CharField(_("number in the series"), max_length=40, blank=True)
    year = models.SmallIntegerField(_("year"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=3, blank=True, help_text=_("ISO 639-2, as in MARC: chi, eng"))
    languages = models.JSONField(_("further languages"), default=list, blank=True)
    extent = models.CharField(_("extent"), max_length=100, blank=True)
    volumes = models.PositiveSmallIntegerField(
        _("volumes"), null=True, blank=True, help_text=_("Of a set that is lent as one; empty for a single volume.")
    )
    summary = models.TextField(_("summary"), blank=True)
    subjects = models.JSONField(_("subjects"), default=list, blank=True)
    clc = models.CharField(_("CLC class"), max_length=40, blank=True)
    ddc = models.CharField(_("DDC class"), max_length=40, blank=True)
    lcc = models.CharField(_("LC class"), max_length=40, blank=True)
    subject_headings = models.JSONField(_("subject headings"), default=list, blank=True)
    invalid_isbns = models.JSONField(_("ISBNs no longer valid"), default=list, blank=True)
    numbers = models.JSONField(_("record numbers"), default=list, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.APPROVED)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_titles")
    lookup_pending = models.BooleanField(default=False)
    lookup_next_at = models.DateTimeField(null=True, blank=True)
    lookup_tries = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="titles_added"
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    passed_on = models.PositiveIntegerField(_("times passed on"), default=0)
    match_key = models.CharField(max_length=300, db_index=True, blank=True, editable=False)
    work_key = models.CharField(max_length=200, db_index=True, blank=True, editable=False)
    cover_seed = models.CharField(max_length=40, blank=True, editable=False)
    cover = models.ForeignKey(
        CoverPicture, models.PROTECT, null=True, blank=True, editable=False, related_name="titles"
    )

    objects = TitleQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("bibliographic record", "title")
        verbose_name_plural = pgettext_lazy("bibliographic records", "titles")
        ordering = ("-passed_on", "pk")
        permissions = (("propose_title", _("Can propose corrections, which a curator decides on")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False) | ~Q(status="merged") & Q(merged_into=None),
                name="title_merged_has_target",
            ),
            models.CheckConstraint(
                condition=Q(lookup_pending=False) | Q(lookup_next_at__isnull=False), name="title_lookup_has_deadline"
            ),
        )
        indexes = (
            models.Index(fields=["status", "-created_at"], name="title_status_created"),
            models.Index("lookup_next_at", condition=Q(lookup_pending=True), name="title_lookup_due"),
            models.Index(fields=["-passed_on"], name="title_passed_on"),
            models.Index(fields=["updated_at", "id"], name="title_updated"),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever writes title or creators writes the keys that are made of them."""
        fields = kwargs.get("update_fields")
        if fields is None or not {"title", "creators"}.isdisjoint(fields):
            self.make_keys()
            if fields is not None:
                kwargs["update_fields"] = {*fields, "match_key", "work_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return addresses.numbered("title", self.pk)

    def make_keys(self) -> None:
        self.match_key, self.work_key = match_key(self.title, self.creators), work_key(self.title, self.creators)

    def serializable_data(self) -> dict[str, Any]:
        """A revision knows the ISBNs too."""
        return {**super().serializable_data(), "isbns": [row.isbn13 for row in self.isbns.all()]}

    def with_content_json(self, content: dict[str, Any]) -> Self:
        """What the record said then; what has become of it since stays as it is."""
        then: Self = super().with_content_json(content)
        for name in self.OF_THE_WHOLE:
            setattr(then, name, getattr(self, name))
        then.isbns_then = list(content.get("isbns", []))
        return then

    @property
    def language_tag(self) -> str:
        """BCP 47 tag for the HTML lang attribute; empty when unknown."""
        return languages.tag(self.language, self.title)

    @property
    def full_title(self) -> str:
        """Title and subtitle with the colon of their script, as a catalogue card has it."""
        if not self.subtitle:
            return self.title
        colon = "：" if languages.has_han(self.title) else ": "
        return f"{self.title}{colon}{self.subtitle}"

    @property
    def creators_text(self) -> str:
        return languages.join_names(self.creators)

    @property
    def credits(self) -> list[credits.Credit]:
        """Everybody with what they did, authors first."""
        return credits.of(self.creators, self.translators, self.contributors)


class TitleIsbn(models.Model):
    title = models.ForeignKey(Title, models.PROTECT, related_name="isbns")
    isbn13 = models.CharField("ISBN", max_length=13, unique=True)
    sort = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("sort", "pk")
        constraints = (models.CheckConstraint(condition=Exact(Length("isbn13"), 13), name="titleisbn_thirteen_digits"),)

    def __str__(self) -> str:
        return self.isbn13


class TitleNumber(models.Model):
    """What a title is found again by besides its ISBNs. Made from `numbers` and `invalid_isbns` whenever the title is indexed; of
    a merged title they stay, and lead to the one it went into."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="number_keys")
    key = models.CharField(max_length=70, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("title", "key"), name="titlenumber_once_each"),)

    def __str__(self) -> str:
        return self.key


class TitleChange(models.Model):
    """What was done to a title, by whom: the trail that curators read. Rows are never changed."""

    class Kind(models.TextChoices):
        CREATED = "created", pgettext_lazy("history of a title", "added")
        COMPLETED = "completed", pgettext_lazy("history of a title", "completed from a source")
        CORRECTED = "corrected", pgettext_lazy("history of a title", "corrected")
        APPROVED = "approved", pgettext_lazy("history of a title", "approved")
        MERGED = "merged", pgettext_lazy("history of a title", "merged")
        REJECTED = "rejected", pgettext_lazy("history of a title", "not taken into the catalogue")
        UNMERGED = "unmerged", pgettext_lazy("history of a title", "merger taken back")
        SPLIT = "split", pgettext_lazy("history of a title", "split")

    title = models.ForeignKey(Title, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    revision = models.ForeignKey("wagtailcore.Revision", models.SET_NULL, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.title_id} {self.kind}"


class TitleSuggestion(models.Model):
    """A reader's correction to a record that others share (T-D5): it changes nothing until a curator agrees."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("suggestion", "Open")
        ACCEPTED = "accepted", pgettext_lazy("suggestion", "Accepted")
        DECLINED = "declined", pgettext_lazy("suggestion", "Declined")

    title = models.ForeignKey(Title, models.CASCADE, related_name="suggestions", verbose_name=_("title"))
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="title_suggestions", verbose_name=_("reader")
    )
    changes = models.JSONField(_("changes"), default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(_("sent"))
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("suggested correction")
        verbose_name_plural = _("suggested corrections")
        ordering = ("created_at", "pk")
        indexes = (models.Index("status", "created_at", name="suggestion_queue"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="suggestion_decided_when_closed",
            ),
            models.UniqueConstraint(
                fields=("title", "reader"), condition=Q(status="open"), name="suggestion_one_open_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}: {', '.join(self.changes)}"
