"""A reader's own tags on their own copies: private, so nothing but this reader's pages reads them."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from personal_catalog.models.copies import Copy

TAG_LENGTH = 30


class ShelfTag(models.Model):
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shelf_tags")
    name = models.CharField(max_length=TAG_LENGTH)
    key = models.CharField(max_length=TAG_LENGTH * 2)
    """The name without case and width: 小说 ＡＩ and 小说 ai are one tag."""
    copies = models.ManyToManyField(Copy, related_name="tags")

    class Meta:
        ordering = ("key",)
        constraints = (models.UniqueConstraint(fields=("reader", "key"), name="shelf_tag_once"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('shelf')}?tag={self.pk}"
