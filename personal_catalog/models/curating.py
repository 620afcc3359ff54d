"""What curators work through beside the titles themselves: mergers that can be taken back, readers' flags, likely doubles,
and where two sources say different things."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models.titles import Title

READER = settings.AUTH_USER_MODEL


class TitleMerge(models.Model):
    """One record that went into another, and all that went with it, so that it can be taken back.

    `moved` are this app's rows by kind, `above` what the receivers of `titles_merged` say that they moved, `gave` the
    fields of the kept record that this one filled.
    """

    keep = models.ForeignKey(Title, models.PROTECT, related_name="mergers")
    merged = models.ForeignKey(Title, models.PROTECT, related_name="merged_by")
    was = models.CharField(max_length=10, choices=Title.Status.choices)
    moved = models.JSONField(default=dict)
    above = models.JSONField(default=dict)
    gave = models.JSONField(default=dict)
    passed_on = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(READER, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("merged",), condition=Q(undone_at=None), name="title_merged_once"),
            models.CheckConstraint(condition=~Q(keep=F("merged")), name="merge_of_two_titles"),
        )

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.keep_id}"


class TitleFlag(models.Model):
    """A reader says that something is wrong with a record, without saying how it should read."""

    class Kind(models.TextChoices):
        WRONG = "wrong", pgettext_lazy("flag", "Something in the record is wrong")
        DOUBLE = "double", pgettext_lazy("flag", "The catalogue has this book twice")
        MIXED = "mixed", pgettext_lazy("flag", "Two different books are mixed up here")
        NO_BOOK = "no_book", pgettext_lazy("flag", "This is not a book")
        OFFENSIVE = "offensive", pgettext_lazy("flag", "The words or the cover are offensive")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("flag", "Open")
        SETTLED = "settled", pgettext_lazy("flag", "Seen to")
        DISMISSED = "dismissed", pgettext_lazy("flag", "Nothing to do")

    title = models.ForeignKey(Title, models.CASCADE, related_name="flags")
    reader = models.ForeignKey(READER, models.SET_NULL, null=True, related_name="title_flags")
    kind = models.CharField(_("what is wrong"), max_length=10, choices=Kind.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(READER, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("raised_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("title", "reader"), condition=Q(status="open"), name="flag_one_open_each"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="flag_decided_when_closed",
            ),
        )
        indexes = (models.Index("status", "raised_at", name="flag_queue"),)

    def __str__(self) -> str:
        return f"{self.title_id} {self.kind}"


class LikelyDouble(models.Model):
    """Two records that may be one edition, found in the background. Dismissed once, the pair never comes back."""

    class Why(models.TextChoices):
        ISBN = "isbn", pgettext_lazy("likely double", "the same ISBN in its other form")
        KEY = "key", pgettext_lazy("likely double", "the same title and creator")
        NEAR = "near", pgettext_lazy("likely double", "a nearly equal title by the same creator")

    first = models.ForeignKey(Title, models.CASCADE, related_name="+")
    second = models.ForeignKey(Title, models.CASCADE, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    likeness = models.PositiveSmallIntegerField(help_text="0 to 100")
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(READER, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-likeness", "pk")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="likely_double_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likely_double_in_order"),
        )
        indexes = (
            models.Index(fields=["-likeness"], condition=Q(dismissed_at=None), name="likely_double_open"),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"


class FieldConflict(models.Model):
    """A source says of a field what the record does not say. Settled once, the same word of that source is not asked
    about again."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("conflict", "Open")
        KEPT = "kept", pgettext_lazy("conflict", "The record was right")
        TAKEN = "taken", pgettext_lazy("conflict", "The source was right")

    title = models.ForeignKey(Title, models.CASCADE, related_name="conflicts")
    field = models.CharField(max_length=20)
    source = models.CharField(max_length=40)
    value = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(READER, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("seen_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("title", "field", "source"), name="conflict_one_a_source"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="conflict_decided_when_closed",
            ),
        )
        indexes = (models.Index("status", "seen_at", name="conflict_queue"),)

    def __str__(self) -> str:
        return f"{self.title_id} {self.field} {self.source}"


class CurationRound(models.Model):
    """How far a background job has come: everything that changed up to `until`, and of what changed at that very moment
    the rows up to `last_pk`."""

    name = models.CharField(max_length=20, primary_key=True)
    until = models.DateTimeField(null=True, blank=True)
    last_pk = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
