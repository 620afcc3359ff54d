"""Copies: readers' own volumes, and the chain of hands each has passed through (C4)."""

from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Expression, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models import audiences
from personal_catalog.models.groups import ReaderGroup
from personal_catalog.models.titles import Title


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, reader: AbstractBaseUser | AnonymousUser) -> Self:
        """Own copies, those in one's hands, and what is listed for everyone or for a group of this reader's."""
        listed = Q(status=Copy.Status.LISTED) & audiences.shown_to(reader.pk)
        return self.filter(listed | Q(owner=reader.pk) | Q(holder=reader.pk)) if reader.pk else self.filter(listed)

    def shown_to(self, reader: AbstractBaseUser | AnonymousUser | OuterRef | Expression | None) -> Self:
        """What its owner lets this reader see of it, own copies too unless they are for nobody; None: a stranger. In a
        subquery an OuterRef to the reader's id, or another expression that is one."""
        if reader is None or isinstance(reader, OuterRef | Expression):
            return self.filter(audiences.shown_to(reader))
        return self.filter(audiences.shown_to(reader.pk))

    def in_register(self) -> Self:
        return self.exclude(status=Copy.Status.WITHDRAWN)

    def owned_by(self, reader: AbstractBaseUser | AnonymousUser) -> Self:
        return self.in_register().filter(owner=reader.pk)

    def in_charge_of(self, reader: AbstractBaseUser | AnonymousUser) -> Self:
        """What this reader may pause: own copies, and those that drift and are in these hands."""
        return self.filter(Q(owner=reader.pk) | Q(holder=reader.pk, mode=Copy.Mode.DRIFT))

    def lendable(self) -> Self:
        """What somebody may ask for as far as the owner is concerned; who may, `shown_to` tells; whether it is out just now,
        sharing knows."""
        listed = self.filter(status=Copy.Status.LISTED).exclude(visibility=Copy.Visibility.NOBODY)
        return listed.exclude(mode=Copy.Mode.DISPLAY)

    def away(self) -> Self:
        return self.in_register().exclude(holder=F("owner"))


class Copy(models.Model):
    class Mode(models.TextChoices):
        LEND = "lend", pgettext_lazy("lending mode", "Lend")
        DRIFT = "drift", pgettext_lazy("lending mode", "Drift")
        GIFT = "gift", pgettext_lazy("lending mode", "Gift")
        DISPLAY = "display", pgettext_lazy("lending mode", "Display only")

    class Condition(models.TextChoices):
        NEW = "new", pgettext_lazy("condition", "Like new")
        GOOD = "good", pgettext_lazy("condition", "Good")
        FAIR = "fair", pgettext_lazy("condition", "With notes")
        WORN = "worn", pgettext_lazy("condition", "Worn")

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", _("All readers")
        GROUPS = "groups", _("My groups")
        NOBODY = "nobody", _("Only me")

    class Status(models.TextChoices):
        LISTED = "listed", pgettext_lazy("copy", "Listed")
        PAUSED = "paused", pgettext_lazy("copy", "Paused")
        WITHDRAWN = "withdrawn", pgettext_lazy("copy", "Withdrawn")

    class Source(models.TextChoices):
        ISBN = "isbn", "ISBN"
        TYPED = "typed", _("Typed by hand")
        IMPORT = "import", _("Import")

    title = models.ForeignKey(Title, models.PROTECT, related_name="copies", verbose_name=_("title"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="copies", verbose_name=_("owner"))
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="copies_held")
    mode = models.CharField(_("lending mode"), max_length=10, choices=Mode.choices, default=Mode.LEND)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices, default=Condition.GOOD)
    note = models.CharField(_("note"), max_length=300, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.EVERYONE)
    group = models.ForeignKey(
        ReaderGroup, models.PROTECT, null=True, blank=True, related_name="copies",
        help_text=_("Of those who see it, only this group; else all groups of its owner."),
    )  # fmt: skip
    area = models.CharField(max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.LISTED)
    code = models.CharField(_("label number"), max_length=8, unique=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.ISBN)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False)
                | ~Q(status="withdrawn") & Q(withdrawn_at=None),
                name="copy_withdrawn_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(holder=F("owner")), name="copy_withdrawn_is_with_owner"
            ),
            models.CheckConstraint(
                condition=Q(group=None) | Q(visibility="groups"), name="copy_one_group_is_for_groups"
            ),
        )
        indexes = (
            models.Index("title", "status", name="copy_title_status"),
            models.Index(fields=["owner", "status", "-created_at"], name="copy_owner_status"),
        )

    def __str__(self) -> str:
        return f"{self.title} · {self.code}"

    def get_absolute_url(self) -> str:
        return reverse("copy", args=[self.pk])

    @property
    def key(self) -> str:
        """As what can be asked for is named in addresses."""
        return f"copy-{self.pk}"

    @property
    def shown_word(self) -> str:
        """Who sees it, as one word: of the choices, or the key of a group."""
        return f"group-{self.group_id}" if self.group_id else self.visibility

    @property
    def is_away(self) -> bool:
        return self.holder_id != self.owner_id

    @property
    def label_number(self) -> str:
        """The code as it is printed and read aloud: two groups of four."""
        return f"{self.code[:4]}-{self.code[4:]}"


class CustodyRecord(models.Model):
    class Reason(models.TextChoices):
        REGISTERED = "registered", pgettext_lazy("custody", "registered")
        HANDOVER = "handover", pgettext_lazy("custody", "handed over")
        RETURN = "return", pgettext_lazy("custody", "returned")
        GIFT = "gift", pgettext_lazy("custody", "given away")
        LIBRARIAN = "librarian", pgettext_lazy("custody", "set by a librarian")

    copy = models.ForeignKey(Copy, models.PROTECT, related_name="custody")
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    from_holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    to_holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="custody_records")
    at = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason.choices)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("copy",), condition=Q(previous=None), name="custody_one_beginning"),
            models.CheckConstraint(
                condition=Q(previous=None, from_holder=None, reason="registered")
                | Q(previous__isnull=False, from_holder__isnull=False) & ~Q(reason="registered"),
                name="custody_beginning_is_registration",
            ),
            models.CheckConstraint(condition=~Q(from_holder=F("to_holder")), name="custody_changes_hands"),
        )

    def __str__(self) -> str:
        return f"{self.copy_id} {self.reason}"
