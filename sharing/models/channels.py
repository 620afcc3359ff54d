"""What a reader wants to be told by push, or by the campus's own messenger."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sharing.models.deliveries import Delivery, MailChoice


class ChannelChoice(models.Model):
    """Without a row the channel's own word counts (`channels.WANTED_UNASKED`)."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_choices")
    channel = models.CharField(max_length=10, choices=Delivery.Channel)
    subject = models.CharField(max_length=10, choices=MailChoice.Subject)
    wanted = models.BooleanField()

    class Meta:
        verbose_name = _("choice of a channel")
        verbose_name_plural = _("choices of channels")
        constraints = (
            models.UniqueConstraint(fields=("reader", "channel", "subject"), name="one_choice_a_channel_and_subject"),
            models.CheckConstraint(condition=~models.Q(channel="mail"), name="mail_has_choices_of_its_own"),
        )

    def __str__(self) -> str:
        return f"{self.reader_id} {self.channel} {self.subject}"
