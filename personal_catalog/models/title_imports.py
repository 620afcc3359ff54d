"""Imports of titles by librarians: the file waits here until the last of its rows is a title, or named with its problem."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.files import problems


class TitleImport(models.Model):
    """`done` rows of the file have been looked at (reading) or taken over (running); the next one goes on there."""

    class Format(models.TextChoices):
        AUTO = "auto", pgettext_lazy("import", "Work it out")
        CSV = "csv", _("A table (CSV)")
        XLSX = "xlsx", _("A spreadsheet (XLSX)")
        MARC21 = "marc21", "MARC 21"
        MARCXML = "marcxml", "MARCXML"
        CNMARC = "cnmarc", "CNMARC"
        UNIMARC = "unimarc", "UNIMARC"

    class Status(models.TextChoices):
        READING = "reading", pgettext_lazy("import", "Being read")
        PREVIEWED = "previewed", pgettext_lazy("import", "Preview")
        QUEUED = "queued", pgettext_lazy("import", "Waiting")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")

    AT_WORK = (Status.READING, Status.QUEUED, Status.RUNNING)

    librarian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="title_imports"
    )
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.AUTO)
    content = models.BinaryField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    failure = models.CharField(max_length=20, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    created_at = models.DateTimeField()
    act_by = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of titles")
        verbose_name_plural = _("imports of titles")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=("done", "failed")) | models.Q(act_by__isnull=False),
                name="title_import_open_has_deadline",
            ),
        )
        indexes = (models.Index("status", "act_by", name="title_import_due"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog-import-job", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.status in self.AT_WORK


class TitleImportProblem(models.Model):
    """A row that made no title: where it stands, as far as it can be named, and what is wrong with it."""

    title_import = models.ForeignKey(TitleImport, models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField()
    place = models.CharField(max_length=60)
    title = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=20)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("title_import", "number"), name="title_import_problem_once"),)

    def __str__(self) -> str:
        return problems.sentence(self.code, self.details)
