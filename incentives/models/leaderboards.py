from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Board(models.TextChoices):
    LENDERS = "lenders", _("Books passed on")
    ANSWERERS = "answerers", _("Quick answers")
    CATALOGUERS = "cataloguers", _("Titles described")
    BOOKS = "books", _("Books that travelled")


class Period(models.TextChoices):
    WEEK = "week", _("Last 7 days")
    MONTH = "month", _("Last 30 days")
    TERM = "term", _("This term")
    ALL = "all", _("All years")


class LeaderboardEntry(models.Model):
    """A place on a list as computed last night (P7). Of readers: opted in, a pseudonym and a count, no titles. Of books: copies
    whose owners keep an open journey, and nobody's name."""

    WHOLE = "all"

    board = models.CharField(max_length=12, choices=Board)
    period = models.CharField(max_length=6, choices=Period)
    scope = models.CharField(max_length=100, default=WHOLE, help_text=_("Key of an area, a department or a group."))
    place = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    copy = models.ForeignKey("personal_catalog.Copy", on_delete=models.CASCADE, null=True, related_name="+")
    pseudonym = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField()
    next_place = models.PositiveIntegerField(default=0, help_text=_("The place above; 0 for the first."))
    next_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["board", "period", "scope", "position"]
        constraints = [
            models.UniqueConstraint(fields=["board", "period", "scope", "position"], name="one_row_per_position"),
            models.UniqueConstraint(fields=["board", "period", "scope", "reader"], name="one_row_per_reader_and_board"),
            models.UniqueConstraint(fields=["board", "period", "scope", "copy"], name="one_row_per_copy_and_board"),
            models.CheckConstraint(
                condition=Q(reader__isnull=False, copy=None) | Q(reader=None, copy__isnull=False, pseudonym=""),
                name="a_row_is_of_a_reader_or_a_copy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.pseudonym}"


class NightStep(models.Model):
    """One step of one night's work: the row is the claim, so two schedulers do it once; without `finished_at` it is taken up again."""

    day = models.DateField()
    step = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "step"], name="a_step_once_a_night")]

    def __str__(self) -> str:
        return f"{self.day} {self.step}"
