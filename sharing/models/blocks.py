"""Whom a reader does not want to have to do with any more; the other side is not told, and cannot read it anywhere (T-C8)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from library_bridge.models import Reader

READER = settings.AUTH_USER_MODEL


class BlockQuerySet(models.QuerySet["Block"]):
    def visible_to(self, reader: "Reader") -> "BlockQuerySet":
        """One's own; nobody sees who has blocked them."""
        return self.filter(blocker=reader)

    def between(self, one: object, other: object) -> "BlockQuerySet":
        """Whoever of the two has said so. Keys of readers, or references to them."""
        return self.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one))


class Block(models.Model):
    """Works both ways. The other columns are what the blocker knew of the blocked then, and all that they are shown again."""

    class Side(models.TextChoices):
        HOLDER = "holder", pgettext_lazy("side of an exchange", "the holder")
        REQUESTER = "requester", pgettext_lazy("side of an exchange", "the reader who asked")

    blocker = models.ForeignKey(READER, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(READER, models.CASCADE, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices, help_text=_("What the blocked one was."))
    named = models.BooleanField(default=False, help_text=_("The blocker knew their display name."))
    book = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=20, blank=True)
    since = models.DateTimeField()

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = pgettext_lazy("between readers", "block")
        verbose_name_plural = pgettext_lazy("between readers", "blocks")
        constraints = (
            models.UniqueConstraint(fields=("blocker", "blocked"), name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_nobody_themselves"),
        )

    def __str__(self) -> str:
        return f"{self.blocker_id} {self.since:%Y-%m-%d}"


def left_out(*, requester: object, holder: object) -> "models.Exists":
    """A condition: one of the two has blocked the other. Keys, or references to them."""
    return models.Exists(Block.objects.between(requester, holder))


def written_after(viewer: "Reader", author: str, sent_at: str) -> "models.Exists":
    """A condition on messages: by somebody whom the viewer had blocked by then."""
    since: models.F | datetime = models.OuterRef(sent_at)
    return models.Exists(Block.objects.filter(blocker=viewer, blocked=models.OuterRef(author), since__lt=since))
