"""Loans that the service has no part in: a copy lent to a cousin, a book borrowed from a friend."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutsideLoanQuerySet(models.QuerySet["OutsideLoan"]):
    def running(self) -> "OutsideLoanQuerySet":
        return self.filter(closed_at=None)


class OutsideLoan(models.Model):
    """Of a copy: lent by its owner. Without one: borrowed, with the title in the reader's words. Only the reader sees it, and the
    other's name is forgotten with its end."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="outside_loans")
    copy = models.ForeignKey(
        "personal_catalog.Copy", models.CASCADE, null=True, blank=True, related_name="outside_loans"
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    person = models.CharField(_("with whom"), max_length=80, blank=True)
    due_date = models.DateField(_("due"))
    remind_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OutsideLoanQuerySet.as_manager()

    class Meta:
        ordering = ("due_date", "pk")
        verbose_name = _("loan outside the service")
        verbose_name_plural = _("loans outside the service")
        constraints = (
            models.CheckConstraint(
                condition=Q(copy__isnull=False, title="") | Q(copy=None) & ~Q(title=""), name="outside_copy_or_title"
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(person=""), name="outside_person_is_forgotten"),
            models.UniqueConstraint(fields=("copy",), condition=Q(closed_at=None), name="one_outside_loan_per_copy"),
        )

    def __str__(self) -> str:
        return self.title or str(self.copy)
