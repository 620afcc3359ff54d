"""Photographs of a copy: two sizes, made here, under names that nobody can guess."""

from secrets import token_urlsafe
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
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


class Joined(models.Aggregate):
    """Texts in one, a blank between them, in no order."""

    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(%(expressions)s, ' ')", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="STRING_AGG(%(expressions)s, ' ')", **extra)


def marks() -> Subquery:
    """An annotation of copies, for `photographs`: one query for copies and pictures."""
    each = Concat(Cast("pk", models.TextField()), Value(":"), F("token"))
    return Subquery(CopyPhoto.objects.filter(copy=OuterRef("pk")).order_by().values("copy").values(marks=Joined(each)))


def photographs(marked: str | None) -> list[CopyPhoto]:
    """The photographs that `marks` names, the first taken first, with their addresses and nothing else."""
    pairs = (mark.split(":", 1) for mark in (marked or "").split())
    return [CopyPhoto(pk=pk, token=token) for pk, token in sorted((int(number), token) for number, token in pairs)]
