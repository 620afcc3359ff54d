"""Imports: a file of many books, one row each, which becomes a copy exactly once or says why not."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.files import problems
from personal_catalog.models.copies import Copy


class ImportJob(models.Model):
    """`kind` is what the file was taken for; `remarks` says that what the reader wrote in it may be shown to borrowers."""

    class Format(models.TextChoices):
        AUTO = "auto", pgettext_lazy("import", "Work it out")
        ISBN_LIST = "isbn_list", _("A list of ISBNs")
        CSV = "csv", _("A table (CSV)")
        XLSX = "xlsx", _("A spreadsheet (XLSX)")
        GOODREADS = "goodreads", "Goodreads"
        LIBRARYTHING = "librarything", "LibraryThing"
        STORYGRAPH = "storygraph", "StoryGraph"
        OPENREADS = "openreads", "Openreads"
        CALIBRE = "calibre", "Calibre"
        BOOKWYRM = "bookwyrm", "BookWyrm"
        DOUBAN = "douban", "豆瓣"
        MARC21 = "marc21", "MARC 21"
        MARCXML = "marcxml", "MARCXML"
        CNMARC = "cnmarc", "CNMARC"
        UNIMARC = "unimarc", "UNIMARC"

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("import", "Waiting")
        PREVIEWED = "previewed", pgettext_lazy("import", "Preview")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_jobs")
    format = models.CharField(max_length=20, choices=Format.choices)
    kind = models.CharField(max_length=20, blank=True)
    mode = models.CharField(max_length=10, choices=Copy.Mode.choices, default=Copy.Mode.LEND)
    visibility = models.CharField(max_length=30, default=Copy.Visibility.EVERYONE)
    remarks = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PREVIEWED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    act_by = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=("done", "failed")) | models.Q(act_by__isnull=False),
                name="import_open_has_deadline",
            ),
        )
        indexes = (models.Index("status", "act_by", name="import_due"),)

    def __str__(self) -> str:
        return f"{self.format} {self.status}"

    @property
    def is_at_work(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def kind_name(self) -> str:
        """What the file was taken for, for a person."""
        if self.kind == "marc":
            return "MARC"
        return str(self.Format(self.kind if self.kind in self.Format.values else "csv").label)


class ImportRow(models.Model):
    """`traits` are words of files.rows.Trait with blanks around each; `problem` is a code of files.problems."""

    class Status(models.TextChoices):
        READY = "ready", pgettext_lazy("import", "Ready")
        CREATED = "created", pgettext_lazy("import", "Listed")
        SKIPPED = "skipped", pgettext_lazy("import", "Skipped")
        FAILED = "failed", pgettext_lazy("import", "Not listed")

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    isbn13 = models.CharField(max_length=13, blank=True)
    title = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    traits = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    details = models.JSONField(default=dict)
    copy = models.OneToOneField(Copy, models.PROTECT, null=True, blank=True, related_name="import_row")

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="import_row_once"),
            models.CheckConstraint(
                condition=models.Q(status="created", copy__isnull=False)
                | ~models.Q(status="created") & models.Q(copy=None),
                name="import_row_created_has_copy",
            ),
        )

    def __str__(self) -> str:
        return f"{self.job_id} #{self.number}"

    @property
    def problem_text(self) -> str:
        """What is wrong and how it is mended, in the active language."""
        return problems.sentence(self.problem, self.details) if self.problem else ""

    @property
    def can_be_mended(self) -> bool:
        """By typing its ISBN."""
        return self.status == self.Status.FAILED and self.problem in problems.MENDED_BY_ISBN
