from django.conf import settings
from django.db import models

from personal_catalog.models.copies import Copy


class SentForm(models.Model):
    """A form of the add page that has been sent, and the copy it led to: sending it again leads to the same."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    copy = models.ForeignKey(Copy, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("reader", "key"), name="sent_form_one_copy"),)

    def __str__(self) -> str:
        return self.key
