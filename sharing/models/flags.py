"""What readers report to the moderators: a message or a conversation, a copy or one of its photos. Notes on titles have flags of
their own, in `title_notes`."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge import desks
from personal_catalog.models import Copy, CopyPhoto, Title
from sharing.models.conversations import Conversation

if TYPE_CHECKING:
    from library_bridge.models import Reader

READER = settings.AUTH_USER_MODEL
LONGEST = 600


class FlagQuerySet(models.QuerySet["Flag"]):
    def waiting(self) -> "FlagQuerySet":
        return self.filter(decided_at=None)

    def visible_to_staff(self, staff: "Reader") -> "FlagQuerySet":
        """Nobody of the staff has to do with what they have reported, or what is about themselves."""
        own = Q(reporter=staff) | Q(about=staff)
        return self.filter(desks.seen_by(staff, "reporter", "about")).exclude(pk__in=self.model.objects.filter(own))


class Flag(models.Model):
    """Of a conversation the messages numbered `first_seq` to `last_seq` are the excerpt that moderators see, `seq` the one that
    was reported; 0 where it is the whole. Of a copy `excerpt` is its note as it read then."""

    class Kind(models.TextChoices):
        INSULT = "insult", pgettext_lazy("flag", "It insults or threatens somebody")
        PRIVATE = "private", pgettext_lazy("flag", "It asks for or tells something private")
        ADVERT = "advert", pgettext_lazy("flag", "It advertises, or asks for money")
        WRONG = "wrong", pgettext_lazy("flag", "It does not belong here, or is not true")
        OTHER = "other", pgettext_lazy("flag", "Something else")

    class Outcome(models.TextChoices):
        NO_FAULT = "no_fault", pgettext_lazy("outcome of a flag", "Nothing wrong with it")
        HIDDEN = "hidden", pgettext_lazy("outcome of a flag", "Hidden")
        WARNED = "warned", pgettext_lazy("outcome of a flag", "Hidden, and its writer warned")
        SUSPENDED = "suspended", pgettext_lazy("outcome of a flag", "Hidden, and its writer kept from conversations")

    reporter = models.ForeignKey(READER, models.SET_NULL, null=True, related_name="flags")
    about = models.ForeignKey(READER, models.SET_NULL, null=True, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, blank=True, related_name="flags")
    seq = models.PositiveIntegerField(default=0)
    first_seq = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    copy = models.ForeignKey(Copy, models.CASCADE, null=True, blank=True, related_name="flags")
    photo = models.ForeignKey(CopyPhoto, models.SET_NULL, null=True, blank=True, related_name="+")
    is_photo = models.BooleanField(default=False)
    excerpt = models.CharField(max_length=LONGEST, blank=True)
    kind = models.CharField(_("what is wrong"), max_length=10, choices=Kind.choices)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    raised_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(READER, models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = (F("decided_at").asc(nulls_first=True), "raised_at", "pk")
        verbose_name = pgettext_lazy("by a reader", "report")
        verbose_name_plural = pgettext_lazy("by readers", "reports")
        constraints = (
            models.UniqueConstraint(
                fields=("reporter", "conversation", "seq"), condition=Q(decided_at=None, conversation__isnull=False),
                name="flag_talk_once",
            ),
            models.CheckConstraint(
                condition=Q(conversation=None, copy__isnull=False) | Q(conversation__isnull=False, copy=None),
                name="flag_exactly_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, outcome="") | Q(decided_at__isnull=False) & ~Q(outcome=""),
                name="flag_decided_has_outcome",
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("about", "suspended_until"), name="flag_suspended"),)

    def __str__(self) -> str:
        return f"F-{self.pk}"

    @property
    def what(self) -> str:
        if self.conversation_id is not None:
            return str(_("A message") if self.seq else _("A conversation"))
        return str(_("A photo of a copy") if self.is_photo else _("A reader’s copy"))

    @property
    def title(self) -> Title:
        if self.copy is not None:
            return self.copy.title
        assert self.conversation is not None
        return self.conversation.ask.request.title

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None
