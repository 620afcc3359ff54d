"""A search that goes on: its reader is told of every title that appears for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from personal_catalog.models import Title


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def live(self) -> "SavedSearchQuerySet":
        return self.filter(ended_at=None)


class SavedSearch(models.Model):
    """`looked_at` is when the catalogue was last looked through for it, `ends_at` when it ends by itself."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    text = models.CharField(_("words"), max_length=200)
    created_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = (
            models.UniqueConstraint(
                fields=("reader", "text"), condition=Q(ended_at=None), name="one_live_saved_search"
            ),
        )
        indexes = (
            models.Index("looked_at", condition=Q(ended_at=None), name="saved_search_turn"),
            models.Index("ends_at", condition=Q(ended_at=None), name="saved_search_ends"),
        )

    def __str__(self) -> str:
        return self.text


class SavedSearchHit(models.Model):
    """A title of which the reader has been told: never twice."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="hits")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("found for a saved search")
        verbose_name_plural = _("found for saved searches")
        constraints = (models.UniqueConstraint(fields=("search", "title"), name="one_hit_per_title"),)

    def __str__(self) -> str:
        return f"{self.search_id} {self.title_id}"
