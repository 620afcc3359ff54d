"""What holder and requester write to each other, from before consent on."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sharing.models.blocks import written_after

if TYPE_CHECKING:
    from library_bridge.models import Reader
    from sharing.prepared import Given


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, reader: "Reader | Given") -> "ConversationQuerySet":
        return self.filter(Q(ask__holder=reader) | Q(ask__request__requester=reader))


class Conversation(models.Model):
    ask = models.OneToOneField("sharing.Ask", models.PROTECT, related_name="conversation")
    last_seq = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        return f"C-{self.pk}"

    def has_ended(self, now: datetime) -> bool:
        return self.closed_at is not None and self.closed_at <= now


class MessageQuerySet(models.QuerySet["Message"]):
    def readable_by(self, reader: "Reader") -> "MessageQuerySet":
        """Without what was written before consent by somebody whom the reader had blocked by then."""
        unwanted = written_after(reader, "author_id", "sent_at")
        return self.filter(Q(conversation__ask__status="accepted") | ~Q(unwanted))


class Message(models.Model):
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="messages")
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    phrase = models.CharField(
        max_length=20, blank=True, help_text=_("Of a reply that was chosen: both read it in their language.")
    )
    parts = models.JSONField(default=dict, blank=True)
    photo = models.FileField(upload_to="chats", blank=True)
    token = models.CharField(max_length=32, blank=True, help_text=_("Of the photo's address; empty without one."))
    sent_at = models.DateTimeField()
    hidden_at = models.DateTimeField(
        null=True, blank=True, help_text=_("A moderator took it from both sides’ view; it stays for evidence.")
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("seq",)
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(fields=("conversation", "seq"), name="message_sequence"),
            models.UniqueConstraint(fields=("token",), condition=~Q(token=""), name="one_photo_an_address"),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.seq}"

    @property
    def photo_url(self) -> str:
        return reverse("chat-photo", args=[self.token]) if self.photo and self.hidden_at is None else ""
