"""What readers thought of a title, and the flags of those who find a note unfit."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models import Title

if TYPE_CHECKING:
    from library_bridge.models import Reader

READER = settings.AUTH_USER_MODEL
LONGEST = 600


class TitleNoteQuerySet(models.QuerySet["TitleNote"]):
    def shown(self) -> "TitleNoteQuerySet":
        return self.filter(status=TitleNote.Status.SHOWN)

    def visible_to(self, reader: "Reader | None") -> "TitleNoteQuerySet":
        """What is shown, and one's own that was hidden."""
        own = Q(reader=reader, status=TitleNote.Status.HIDDEN) if reader else Q(pk__in=[])
        return self.filter(Q(status=TitleNote.Status.SHOWN) | own)

    def standing(self) -> "TitleNoteQuerySet":
        return self.exclude(status=TitleNote.Status.WITHDRAWN)

    def visible_to_staff(self, staff: "Reader") -> "TitleNoteQuerySet":
        """Nobody of the staff has to do with what they have reported, or wrote themselves."""
        return self.exclude(reader=staff).exclude(pk__in=NoteFlag.objects.filter(reader=staff).values("note"))


class TitleNote(models.Model):
    """`seen_at`: a moderator has looked at it as it is now. `name` is drawn for this title alone."""

    class Status(models.TextChoices):
        SHOWN = "shown", pgettext_lazy("note on a title", "Shown")
        HIDDEN = "hidden", pgettext_lazy("note on a title", "Hidden")
        WITHDRAWN = "withdrawn", pgettext_lazy("note on a title", "Withdrawn")

    title = models.ForeignKey(Title, models.PROTECT, related_name="notes", verbose_name=_("title"))
    reader = models.ForeignKey(READER, models.CASCADE, related_name="title_notes")
    name = models.PositiveSmallIntegerField(help_text=_("Place in the list of names."))
    text = models.TextField(_("note"), max_length=LONGEST, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.SHOWN)
    written_at = models.DateTimeField(_("written"))
    seen_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TitleNoteQuerySet.as_manager()

    class Meta:
        ordering = ("-written_at", "-pk")
        verbose_name = _("note on a title")
        verbose_name_plural = _("notes on titles")
        constraints = (
            models.UniqueConstraint(
                fields=("title", "reader"), condition=~Q(status="withdrawn"), name="one_note_per_reader_and_title"
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", text="", withdrawn_at__isnull=False)
                | ~Q(status="withdrawn") & ~Q(text="") & Q(withdrawn_at=None),
                name="note_withdrawn_is_empty",
            ),
        )
        indexes = (models.Index("title", "status", name="note_title_status"),)

    def __str__(self) -> str:
        return Truncator(self.text).chars(40)

    def is_of(self, reader: "Reader | None") -> bool:
        return reader is not None and self.reader_id == reader.pk


class NoteFlag(models.Model):
    """`excerpt`: the note as it read then, whatever its writer makes of it afterwards."""

    class Kind(models.TextChoices):
        ADVERT = "advert", pgettext_lazy("flag of a note", "It advertises or names a price")
        INSULT = "insult", pgettext_lazy("flag of a note", "It insults somebody")
        PRIVATE = "private", pgettext_lazy("flag of a note", "It tells something private")
        OTHER = "other", pgettext_lazy("flag of a note", "Something else")

    note = models.ForeignKey(TitleNote, models.CASCADE, related_name="flags")
    reader = models.ForeignKey(READER, models.SET_NULL, null=True, related_name="note_flags")
    kind = models.CharField(_("what is wrong"), max_length=10, choices=Kind.choices)
    excerpt = models.CharField(max_length=LONGEST)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("raised_at", "pk")
        verbose_name = _("flag of a note")
        verbose_name_plural = _("flags of notes")
        constraints = (
            models.UniqueConstraint(
                fields=("note", "reader"), condition=Q(decided_at=None), name="note_flag_one_open_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.note_id} {self.kind}"
