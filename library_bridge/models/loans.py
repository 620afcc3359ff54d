"""A library loan as the library system last told it: a snapshot, never the truth itself."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from library_bridge.models.libraries import Library, Patron
from library_bridge.models.readers import Reader


class LibraryLoanQuerySet(models.QuerySet["LibraryLoan"]):
    def visible_to(self, reader: Reader) -> Self:
        return self.filter(patron__reader=reader)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class LibraryLoan(models.Model):
    """`closed_at` is when we learnt that the item is no longer charged to that patron."""

    library = models.ForeignKey(Library, verbose_name=_("library"), on_delete=models.PROTECT, related_name="loans")
    patron = models.ForeignKey(Patron, verbose_name=_("patron"), on_delete=models.PROTECT, related_name="loans")
    barcode = models.CharField(_("barcode"), max_length=60)
    title = models.CharField(_("title"), max_length=500, blank=True)
    creators = models.CharField(_("creators"), max_length=500, blank=True)
    isbn13 = models.CharField(_("ISBN"), max_length=13, blank=True, db_index=True)
    call_number = models.CharField(_("call number"), max_length=80, blank=True)
    checked_out_at = models.DateTimeField(_("checked out at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"))
    renewable = models.BooleanField(_("renewable"), default=False)
    renewals_left = models.PositiveSmallIntegerField(_("renewals left"), null=True, blank=True)
    hold_count = models.PositiveSmallIntegerField(_("holds"), null=True, blank=True)
    recalled = models.BooleanField(_("recalled"), default=False)
    checked_at = models.DateTimeField(_("checked at"))
    renewing_until = models.DateTimeField(_("being renewed until"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = LibraryLoanQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("library loan")
        verbose_name_plural = _("library loans")
        constraints = [
            models.UniqueConstraint(
                fields=["library", "barcode"], condition=models.Q(closed_at__isnull=True), name="one_open_loan_an_item"
            ),
        ]
        indexes = [models.Index(fields=["patron", "closed_at"], name="loans_of_a_patron")]

    def __str__(self) -> str:
        return f"{self.title} ({self.barcode})"
