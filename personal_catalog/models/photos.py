"""Photographs of a copy: two sizes, made here, under names that nobody can guess."""

from secrets import token_urlsafe
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse

from personal_catalog.models.copies import Copy


def new_token() -> str:
    return token_urlsafe(24)


class CopyPhotoQuerySet(models.QuerySet["CopyPhoto"]):
    def visible_to(self, reader: AbstractBaseUser | AnonymousUser) -> Self:
        """Who may see the copy may see its photographs, nobody else (T-U4)."""
        return self.filter(copy__in=Copy.objects.visible_to(reader))


class CopyPhoto(models.Model):
    copy = models.ForeignKey(Copy, models.PROTECT, related_name="photos")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    large = models.FileField(upload_to="copies")
    small = models.FileField(upload_to="copies")
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField()

    objects = CopyPhotoQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.copy_id} {self.width}×{self.height}"

    def address(self, size: str) -> str:
        return reverse("photo", args=[self.token, size])

    @property
    def large_url(self) -> str:
        return self.address("large")

    @property
    def small_url(self) -> str:
        return self.address("small")
