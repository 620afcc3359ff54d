"""The outbox: what has to leave the service besides the notification in it, one row for each (N1 to N4)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def new_message_id() -> str:
    return uuid.uuid4().hex


class Delivery(models.Model):
    """One mail to one reader, a part of a day's digest, a push to one device, or a word by messenger. What it says is made when
    it is sent (P3)."""

    class Channel(models.TextChoices):
        MAIL = "mail", pgettext_lazy("channel", "mail")
        PUSH = "push", pgettext_lazy("channel", "push")
        MESSENGER = "messenger", pgettext_lazy("channel", "messenger")

    class Purpose(models.TextChoices):
        NOTICE = "notice", pgettext_lazy("purpose of a mail", "notification")
        CONFIRM = "confirm", pgettext_lazy("purpose of a mail", "confirmation of an address")

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a mail", "waiting")
        SENT = "sent", pgettext_lazy("state of a mail", "sent")
        SUPPRESSED = "suppressed", pgettext_lazy("state of a mail", "not needed")
        FAILED = "failed", pgettext_lazy("state of a mail", "failed for good")

    class Reason(models.TextChoices):
        """Why it was not sent, or what the last try met."""

        NO_ADDRESS = "no_address", _("the reader has no address for it any more")
        TURNED_OFF = "turned_off", _("the reader does not want it")
        CLOSED = "closed", _("the account is closed")
        READ = "read", _("read in the service already")
        OVER = "over", _("nothing waits for an answer any more")
        SUPERSEDED = "superseded", _("another address was given since")
        SENDING = "sending", _("begun, and no answer was written down")
        AGAIN = "again", _("begun twice, and no answer was written down")
        DOWN = "down", _("the other side cannot be reached")
        LATER = "later", _("the other side says: later")
        WORDS = "words", _("it cannot be worded")
        REFUSED = "refused", _("the other side refuses it")
        GONE = "gone", _("the device is not there any more")

    class Priority(models.IntegerChoices):
        """Over the quota the smaller number goes first (N4)."""

        ASK = 0, pgettext_lazy("priority of a mail", "an answer is waited for")
        NEWS = 1, pgettext_lazy("priority of a mail", "news of a request or a lending")
        TALK = 2, pgettext_lazy("priority of a mail", "messages, and confirmations of an address")
        DIGEST = 3, pgettext_lazy("priority of a mail", "digest of a day")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.MAIL)
    notification = models.ForeignKey(
        "sharing.Notification", models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    device = models.ForeignKey("sharing.PushDevice", models.SET_NULL, null=True, blank=True, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.NOTICE)
    address = models.EmailField(_("address to confirm"), blank=True)
    digest = models.BooleanField(_("in the digest"), default=False)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    message_id = models.CharField(max_length=32, default=new_message_id, editable=False)
    created_at = models.DateTimeField(_("created at"))
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status="waiting", next_try_at__isnull=False, finished_at=None)
                | (~models.Q(status="waiting") & models.Q(next_try_at=None, finished_at__isnull=False)),
                name="waiting_mail_has_a_next_try",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="notice", notification__isnull=False, address="")
                | (models.Q(purpose="confirm", notification=None) & ~models.Q(address="")),
                name="mail_has_something_to_say",
            ),
            models.UniqueConstraint(  # each is told once by each channel (N3)
                fields=("notification", "channel"),
                condition=~models.Q(channel="push"),
                name="told_once_by_each_channel",
            ),
            models.UniqueConstraint(fields=("notification", "device"), name="told_once_on_each_device"),
            models.CheckConstraint(
                condition=models.Q(channel="push") | models.Q(device=None), name="only_a_push_has_a_device"
            ),
        )
        indexes = (
            models.Index(
                fields=("channel", "priority", "next_try_at"),
                condition=models.Q(status="waiting"),
                name="mail_that_waits",
            ),
            models.Index(fields=("channel", "finished_at"), condition=models.Q(status="sent"), name="mail_sent"),
        )

    def __str__(self) -> str:
        return f"{self.get_priority_display()} {self.pk}"


class MailChoice(models.Model):
    """What a reader wants of one subject by mail; without a row the subject's default counts."""

    class Subject(models.TextChoices):
        ASKS = "asks", _("Somebody asks me for a book")
        REQUESTS = "requests", _("My requests")
        LENDINGS = "lendings", _("Handovers, due dates and returns")
        MESSAGES = "messages", _("Messages in a conversation")
        WISHES = "wishes", _("Saved searches and purchase suggestions")
        OTHER = "other", _("Everything else")

    class When(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day, together")
        NEVER = "never", pgettext_lazy("mail", "Not by mail")

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    subject = models.CharField(max_length=10, choices=Subject)
    when = models.CharField(max_length=10, choices=When)

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")
        constraints = (models.UniqueConstraint(fields=("reader", "subject"), name="one_choice_a_subject"),)

    def __str__(self) -> str:
        return f"{self.reader_id} {self.subject} {self.when}"
