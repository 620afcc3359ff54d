"""Where the library's records and the shared catalogue meet."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoanTitle(models.Model):
    """The catalogue's title of a library loan, found by ISBN, else by title and creator."""

    library_loan = models.OneToOneField("library_bridge.LibraryLoan", models.CASCADE, related_name="catalogued")
    title = models.ForeignKey("personal_catalog.Title", models.PROTECT, related_name="library_loans")

    class Meta:
        verbose_name = _("title of a library loan")
        verbose_name_plural = _("titles of library loans")

    def __str__(self) -> str:
        return f"{self.library_loan_id} {self.title_id}"


class HarvestedRecord(models.Model):
    """A bibliographic record taken over from a library; how many items stand under it there, never whether they are in.

    `digest` is what it said, so that a record that says the same again is passed over; `run` is the harvest that saw it last.
    """

    library = models.ForeignKey("library_bridge.Library", models.CASCADE, related_name="+")
    record_id = models.CharField(max_length=80)
    title = models.ForeignKey("personal_catalog.Title", models.PROTECT, related_name="harvested")
    items = models.PositiveIntegerField(default=0)
    harvested_at = models.DateTimeField()
    source = models.CharField(max_length=10, default="system")
    digest = models.CharField(max_length=32, blank=True)
    run = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("harvested record")
        verbose_name_plural = _("harvested records")
        constraints = (models.UniqueConstraint(fields=("library", "record_id"), name="one_harvest_per_record"),)

    def __str__(self) -> str:
        return f"{self.library_id}:{self.record_id}"
