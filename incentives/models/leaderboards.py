from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LeaderboardEntry(models.Model):
    """A place on a list as computed last night (P7): opted-in readers only, a pseudonym and a count, no titles."""

    class Board(models.TextChoices):
        LENDERS = "lenders", _("Books passed on")
        ANSWERERS = "answerers", _("Answers given")
        CATALOGUERS = "cataloguers", _("Titles described")

    class Period(models.TextChoices):
        WEEK = "week", _("Last 7 days")
        MONTH = "month", _("Last 30 days")
        ALL = "all", _("All years")

    board = models.CharField(max_length=12, choices=Board)
    period = models.CharField(max_length=6, choices=Period)
    place = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    pseudonym = models.CharField(max_length=40)
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["board", "period", "position"]
        constraints = [
            models.UniqueConstraint(fields=["board", "period", "position"], name="one_row_per_position"),
            models.UniqueConstraint(fields=["board", "period", "reader"], name="one_row_per_reader_and_board"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.pseudonym}"


class LeaderboardRun(models.Model):
    """The local day whose lists have been computed: the row is the claim, so two schedulers compute once."""

    day = models.DateField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)
