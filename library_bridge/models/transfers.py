"""A transfer moves a library loan from one patron to another in the library system; its steps are the saga's memory."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from library_bridge.models.libraries import Library, Patron
from library_bridge.models.loans import LibraryLoan
from library_bridge.models.readers import Reader


class Transfer(models.Model):
    """Done: charged to the taker only. Refused: still charged to the giver only. All else needs a librarian (C3)."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("transfer", "waiting")
        RUNNING = "running", pgettext_lazy("transfer", "under way")
        DONE = "done", pgettext_lazy("transfer", "done")
        REFUSED = "refused", pgettext_lazy("transfer", "refused")
        NEEDS_LIBRARIAN = "needs_librarian", pgettext_lazy("transfer", "needs a librarian")

    OPEN = (Status.PENDING, Status.RUNNING)
    SEEN = "seen_at_desk"
    """The reason's code where a librarian's word stands for lists that tell nothing."""

    reference = models.CharField(_("reference"), max_length=60, unique=True)
    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="transfers")
    barcode = models.CharField(_("barcode"), max_length=60)
    giver = models.ForeignKey(Patron, verbose_name=_("giver"), on_delete=models.PROTECT, related_name="transfers_given")
    taker = models.ForeignKey(Patron, verbose_name=_("taker"), on_delete=models.PROTECT, related_name="transfers_taken")
    loan = models.ForeignKey(
        LibraryLoan, verbose_name=_("library loan"), on_delete=models.PROTECT, related_name="transfers"
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PENDING)
    reason_code = models.CharField(_("reason"), max_length=40, blank=True)
    reason_text = models.CharField(_("the library system’s words"), max_length=200, blank=True)
    old_due_at = models.DateTimeField(_("due before"))
    new_due_at = models.DateTimeField(_("due now"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        Reader, verbose_name=_("settled by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_because = models.CharField(_("why settled so"), max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "running"], next_try_at__isnull=False)
                | (~models.Q(status__in=["pending", "running"]) & models.Q(next_try_at__isnull=True)),
                name="open_transfer_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["done", "refused"], finished_at__isnull=False)
                | (~models.Q(status__in=["done", "refused"]) & models.Q(finished_at__isnull=True)),
                name="finished_transfer_says_when",
            ),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="transfer_between_two_patrons"),
            models.UniqueConstraint(
                fields=["library", "barcode"],
                condition=models.Q(status__in=["pending", "running"]),
                name="one_open_transfer_an_item",
            ),
        ]
        indexes = [models.Index(fields=["status", "next_try_at"], name="transfers_due")]

    def __str__(self) -> str:
        return self.reference

    @property
    def was_seen(self) -> bool:
        """Ended by what a librarian saw, which the library system could not tell."""
        return self.reason_code == self.SEEN


class TransferStep(models.Model):
    """Committed as an intent before the first byte goes out, answered afterwards (I1). No name and no PIN in it."""

    class Kind(models.TextChoices):
        READ = "read", pgettext_lazy("step of a transfer", "read")
        CHECK_IN = "check_in", pgettext_lazy("step of a transfer", "check-in")
        CHECK_OUT = "check_out", pgettext_lazy("step of a transfer", "checkout")
        VERIFY = "verify", pgettext_lazy("step of a transfer", "verify")
        COMPENSATE = "compensate", pgettext_lazy("step of a transfer", "back to the giver")

    class Status(models.TextChoices):
        INTENT = "intent", pgettext_lazy("step of a transfer", "sent")
        OK = "ok", pgettext_lazy("step of a transfer", "ok")
        REFUSED = "refused", pgettext_lazy("step of a transfer", "refused")
        UNKNOWN = "unknown", pgettext_lazy("step of a transfer", "no answer")

    WRITES = (Kind.CHECK_IN, Kind.CHECK_OUT, Kind.COMPENSATE)

    transfer = models.ForeignKey(Transfer, verbose_name=_("transfer"), on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.INTENT)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("step of a transfer")
        verbose_name_plural = _("steps of a transfer")
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "kind"],
                condition=models.Q(kind__in=["check_in", "check_out", "compensate"]),
                name="each_write_once_a_transfer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.kind} {self.status}"
