"""Points as double entry: rows are added and never edited, and every entry adds up to zero.

The database carries it (see `incentives.triggers`): an Entry must have its Seal when the transaction commits (a deferred
foreign key), a Seal is refused unless the postings add up to zero, and nothing is added to a sealed entry.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LARGEST_POSTING = 1_000_000


class Account(models.Model):
    class Kind(models.TextChoices):
        READER = "reader", _("reader")
        DEBT = "debt", _("reader's debt")
        FROZEN = "frozen", _("held for a check")
        ISSUING = "issuing", _("points issued")
        REDEMPTION = "redemption", _("points redeemed")

    OF_A_READER = (Kind.READER, Kind.DEBT, Kind.FROZEN)

    kind = models.CharField(max_length=12, choices=Kind)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="points_accounts"
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "reader"], name="one_account_of_a_kind_per_reader"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(reader=None), name="one_account_of_a_kind_for_the_service"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["reader", "debt", "frozen"], reader__isnull=False)
                | Q(kind__in=["issuing", "redemption"], reader=None),
                name="account_kind_and_reader_agree",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reader_id or ''}".strip()


class Entry(models.Model):
    """One ledger transaction. Negative postings count at once, the whole entry from `available_at` where it is set."""

    class Kind(models.TextChoices):
        AWARD = "award", _("award")
        REVERSAL = "reversal", _("reversal")
        REDEMPTION = "redemption", _("redemption")
        HOLD = "hold", pgettext_lazy("ledger", "hold")
        RELEASE = "release", pgettext_lazy("ledger", "release")
        ADJUSTMENT = "adjustment", _("adjustment")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(pgettext_lazy("ledger", "kind"), max_length=12, choices=Kind)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", verbose_name=_("account"))
    rule = models.ForeignKey(
        "incentives.Rule",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("rule"),
    )
    event = models.ForeignKey(
        "sharing.DomainEvent",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("event"),
    )
    once = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=40)
    params = models.JSONField(default=dict, blank=True, help_text=_("For the words. Never a title or a name."))
    at = models.DateTimeField(pgettext_lazy("ledger", "at"))
    available_at = models.DateTimeField(_("counts from"), null=True, blank=True)
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=pgettext_lazy("ledger", "reverses"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("ledger", "by"),
    )
    seal = models.OneToOneField("incentives.Seal", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["account", "-at"], name="entries_of_an_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "account", "rule"], condition=Q(kind="award"), name="one_award_per_event_account_rule"
            ),
            models.UniqueConstraint(
                fields=["account", "rule"], condition=Q(once=True), name="one_award_of_a_once_rule"
            ),
            models.CheckConstraint(condition=~Q(kind="award") | Q(rule__isnull=False), name="an_award_names_its_rule"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses=None)),
                name="a_reversal_names_its_entry",
            ),
            models.CheckConstraint(condition=Q(seal=F("id")), name="an_entry_has_its_own_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.at:%Y-%m-%d}"


class Posting(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="postings_of_an_account")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="one_posting_per_entry_and_account"),
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__gte=-LARGEST_POSTING, amount__lte=LARGEST_POSTING),
                name="a_posting_is_whole_and_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d}"


class Seal(models.Model):
    """Closes an entry: written last, in the same transaction, and refused unless the postings add up to zero."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)
