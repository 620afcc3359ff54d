"""Imports: a file of many books, one row each, which becomes a copy exactly once or says why not."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models.copies import Copy


class ImportJob(models.Model):
    class Format(models.TextChoices):
        AUTO = "auto", pgettext_lazy("import", "Work it out")
        ISBN_LIST = "isbn_list", _("A list of ISBNs")
        CSV = "csv", _("A table (CSV)")

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("import", "Waiting")
        PREVIEWED = "previewed", pgettext_lazy("import", "Preview")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_jobs")
    format = models.CharField(max_length=20, choices=Format.choices)
    mode = models.CharField(max_length=10, choices=Copy.Mode.choices, default=Copy.Mode.LEND)
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


class ImportRow(models.Model):
    class Status(models.TextChoices):
        READY = "ready", pgettext_lazy("import", "Ready")
        CREATED = "created", pgettext_lazy("import", "Listed")
        SKIPPED = "skipped", pgettext_lazy("import", "Skipped")
        FAILED = "failed", pgettext_lazy("import", "Not listed")

    class Problem(models.TextChoices):
        NOT_ISBN = "not_isbn", _("This is not an ISBN, and the row has no title.")
        WRONG_CHECK_DIGIT = "wrong_check_digit", _("The last digit doesn’t fit, so one may be mistyped.")
        DIGITS_LOST = "digits_lost", _("A spreadsheet has cut off the last digits of the ISBN.")
        UNKNOWN_ISBN = "unknown_isbn", _("No source knows this ISBN. Add the book by hand.")
        REPEATED = "repeated", _("The same book stands in an earlier row.")
        OWNED = "owned", _("It already stands on your shelf.")
        UNREADABLE = "unreadable", _("The row could not be read.")
        BROKEN = "broken", _("Something went wrong on our side with this row. Add the book by hand.")

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    isbn13 = models.CharField(max_length=13, blank=True)
    title = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)
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
