"""Which card somebody has for whom the campus' identity provider vouches."""

from hashlib import sha256

from django.db import models
from django.utils.translation import gettext_lazy as _

from library_bridge.models.libraries import Patron


class CampusAccount(models.Model):
    """Made at the first single sign-on. From then on only that account of the campus opens that card, and no other card: a
    number that changes hands, at the library or at the provider, does not hand over a reader's past. All that is kept of
    the campus account is a fingerprint of its subject id, which often is a name."""

    provider = models.CharField(_("identity provider"), max_length=200)  # its address
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    patron = models.ForeignKey(
        Patron, verbose_name=_("patron"), on_delete=models.CASCADE, related_name="campus_accounts"
    )
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("campus account")
        verbose_name_plural = _("campus accounts")
        constraints = [
            models.UniqueConstraint(fields=["provider", "fingerprint"], name="one_card_a_campus_account"),
            models.UniqueConstraint(fields=["provider", "patron"], name="one_campus_account_a_card"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.fingerprint[:8]}"


def fingerprint(subject: str) -> str:
    return sha256(subject.encode()).hexdigest()
