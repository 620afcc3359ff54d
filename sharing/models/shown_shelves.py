"""A shelf that its reader shows to others under a name for it alone, and who follows it. There is a row as long as they agree."""

from secrets import token_urlsafe
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from library_bridge.models import Reader


def new_code() -> str:
    return token_urlsafe(9)


class ShownShelf(models.Model):
    """`told_at`: books listed after it have not been told to the followers yet."""

    reader = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shown_shelf")
    name = models.CharField(_("name of the shelf"), max_length=40, unique=True)
    code = models.CharField(max_length=16, unique=True, default=new_code)
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ("-told_at", "-pk")
        verbose_name = _("shown shelf")
        verbose_name_plural = _("shown shelves")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shown-shelf", args=[self.code])

    def is_of(self, reader: "Reader") -> bool:
        return self.reader_id == reader.pk


class ShelfFollow(models.Model):
    shelf = models.ForeignKey(ShownShelf, models.CASCADE, related_name="follows")
    follower = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shelf_follows")
    since = models.DateTimeField()

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = _("follower of a shelf")
        verbose_name_plural = _("followers of shelves")
        constraints = (models.UniqueConstraint(fields=("shelf", "follower"), name="follow_once"),)

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.shelf_id}"
