"""Readers who know each other: a class, a dormitory floor, a reading club. Here because they say who sees a copy; how one comes
in and out is in `sharing`. Django's own groups are the staff's roles."""

from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReaderGroupQuerySet(models.QuerySet["ReaderGroup"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def of(self, reader: AbstractBaseUser | AnonymousUser) -> Self:
        """Those in which the reader is now."""
        return self.open().filter(memberships__reader=reader.pk)


class ReaderGroup(models.Model):
    class Kind(models.TextChoices):
        CLASS = "class", pgettext_lazy("group", "Class")
        FLOOR = "floor", pgettext_lazy("group", "Dormitory floor")
        CLUB = "club", pgettext_lazy("group", "Reading club")
        OTHER = "other", pgettext_lazy("group", "Other")

    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    made_at = models.DateTimeField(_("made"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ReaderGroupQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("group of readers")
        verbose_name_plural = _("groups of readers")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.pk])

    @property
    def key(self) -> str:
        """As the choice of who sees a copy."""
        return f"group-{self.pk}"


class Membership(models.Model):
    """Gone when its reader leaves. `name` is what the reader is called in this group, and nowhere else."""

    group = models.ForeignKey(ReaderGroup, models.CASCADE, related_name="memberships")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    name = models.CharField(_("name in the group"), max_length=40)
    runs_it = models.BooleanField(_("runs the group"), default=False)
    joined_at = models.DateTimeField(_("joined"))

    class Meta:
        ordering = ("-runs_it", "joined_at", "pk")
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        constraints = (
            models.UniqueConstraint(fields=("group", "reader"), name="member_once"),
            models.UniqueConstraint(F("group"), Lower("name"), name="one_member_of_a_name"),
            models.UniqueConstraint(fields=("group",), condition=Q(runs_it=True), name="one_runs_the_group"),
        )
        indexes = (models.Index("reader", "group", name="member_reader_group"),)

    def __str__(self) -> str:
        return self.name
