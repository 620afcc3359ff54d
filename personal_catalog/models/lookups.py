"""What sources of book data have answered, and the local list of records."""

from django.db import models


class LookupCache(models.Model):
    """One source's answer for one ISBN. A source that could not be reached leaves no row."""

    isbn13 = models.CharField(max_length=13)
    source = models.CharField(max_length=40)
    hit = models.BooleanField()
    facts = models.JSONField(default=dict)
    fetched_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("isbn13", "source"), name="lookup_one_answer"),)

    def __str__(self) -> str:
        return f"{self.isbn13} {self.source}"


class SourceState(models.Model):
    """How a source outside fares: its pace (`busy_until`, seconds since 1970), its failures in a row, until when it is left
    alone."""

    name = models.CharField(max_length=60, unique=True)
    busy_until = models.FloatField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class LocalRecord(models.Model):
    """A row of the local list that `load_local_records` reads, for lookups without any network."""

    isbn13 = models.CharField(max_length=13, unique=True)
    facts = models.JSONField()

    def __str__(self) -> str:
        return self.isbn13


class LocalList(models.Model):
    """Which file the local records were last read from, to notice when it has changed."""

    path = models.CharField(max_length=500, unique=True)
    state = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.path
