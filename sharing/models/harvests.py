"""Taking over a library's bibliographic records: how far it has come, when it is due again, and what it found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Harvest(models.Model):
    """One row a library. `place` is where an interrupted listing (`source`, `key`) goes on; `since` is the date stamp up to
    which an OAI-PMH repository has told everything, `until` that of the listing under way. Whoever works on it holds the
    lease; when a process dies, the lease runs out."""

    library = models.OneToOneField(
        "library_bridge.Library", models.CASCADE, related_name="+", verbose_name=_("library")
    )
    oai_url = models.URLField(_("OAI-PMH address"), blank=True)
    oai_prefix = models.CharField(_("OAI-PMH format"), max_length=60, blank=True)
    oai_set = models.CharField(_("OAI-PMH set"), max_length=200, blank=True)
    nightly = models.BooleanField(_("every night"), default=True)
    next_at = models.DateTimeField(_("next"), null=True, blank=True, db_index=True)
    run = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=64, blank=True)
    place = models.TextField(blank=True)
    since = models.CharField(max_length=30, blank=True)
    until = models.CharField(max_length=30, blank=True)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("last finished"), null=True, blank=True)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    problems = models.JSONField(_("records left out"), default=list, blank=True)
    failure = models.CharField(_("why it stopped"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("harvest")
        verbose_name_plural = _("harvests")
        ordering = ("library",)

    def __str__(self) -> str:
        return str(self.library)
