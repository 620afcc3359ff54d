"""A way into a group of readers. Groups and their members stand with the copies that are shown to them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from personal_catalog.models import ReaderGroup


class GroupLink(models.Model):
    """What is passed round is the signed number of this row; the row says whether it still leads in."""

    group = models.ForeignKey(ReaderGroup, models.CASCADE, related_name="links")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    most = models.PositiveSmallIntegerField(_("for at most"))
    used = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("link into a group")
        verbose_name_plural = _("links into groups")
        constraints = (
            models.UniqueConstraint(fields=("group",), condition=Q(revoked_at=None), name="one_link_into_a_group"),
            models.CheckConstraint(condition=Q(used__lte=F("most")), name="link_lets_in_no_more"),
        )

    def __str__(self) -> str:
        return f"{self.group_id} until {self.expires_at:%Y-%m-%d}"
